//! Reading a list that moves while it is read (contract, section 3).
//!
//! Pages are told apart by offset only, so a source created or removed meanwhile shifts the rest: some come twice,
//! others not at all. [`read_all_sources`] notices, and then reads once more for what was skipped.

use std::sync::Arc;

use futures_util::stream::{FuturesOrdered, StreamExt};

use crate::warehouse::failure::Failure;
use crate::warehouse::ids::SourceId;
use crate::warehouse::map::Set;
use crate::warehouse::operation::Page;
use crate::warehouse::replies::Listing;
use crate::warehouse::source::Source;
use crate::warehouse::survey::{Completeness, SourcePage};

/// Sources a page: the server's own default (contract, section 3).
pub const PAGE_SIZE: u32 = 100;

/// Sources of a first page that is read while somebody looks at an empty screen.
pub const SHORT_PAGE: u32 = 25;

/// The most pages of one reading. A list that goes on behind them is not believed.
const MOST_PAGES: u32 = 1_000;

/// Reads all sources: a first page of so many, then those its count announces with `concurrency` requests at a time. Pages are
/// handed to `on_page` in their order, as soon as they are there. The last one carries `end`: if the list moved, it
/// comes after a second reading and brings what the first one skipped.
///
/// # Errors
/// The first failure of `fetch`. What was handed over until then is true, but no end.
pub async fn read_all_sources<F, Reply>(
    first_page: u32,
    concurrency: usize,
    fetch: F,
    mut on_page: impl FnMut(SourcePage),
) -> Result<(), Failure>
where
    F: Fn(Page) -> Reply,
    Reply: Future<Output = Result<Listing<Source>, Failure>>,
{
    let mut first = Reading::new(first_page);
    read_once(concurrency, &fetch, &mut first, |sources, reading| {
        let end = (reading.is_over() && reading.is_whole()).then_some(Completeness::Whole);
        on_page(reading.page(sources, end));
    })
    .await?;
    if first.is_whole() {
        return Ok(());
    }
    let mut again = Reading::new(PAGE_SIZE);
    let mut skipped = Vec::new();
    read_once(concurrency, &fetch, &mut again, |sources, _| {
        skipped.extend(sources.into_iter().filter(|source| !first.seen.contains(&source.id)));
    })
    .await?;
    let end = if again.is_whole() { Completeness::Whole } else { Completeness::Partial };
    on_page(again.page(skipped, Some(end)));
    Ok(())
}

async fn read_once<F, Reply>(
    concurrency: usize,
    fetch: &F,
    reading: &mut Reading,
    mut on_sources: impl FnMut(Vec<Source>, &Reading),
) -> Result<(), Failure>
where
    F: Fn(Page) -> Reply,
    Reply: Future<Output = Result<Listing<Source>, Failure>>,
{
    let mut under_way = FuturesOrdered::new();
    loop {
        while under_way.len() < concurrency.max(1)
            && let Some(page) = reading.ask()
        {
            under_way.push_back(fetch(page));
        }
        let Some(listing) = under_way.next().await else { return Ok(()) };
        let sources = reading.learn(listing?);
        on_sources(sources, reading);
    }
}

/// What one reading from the start has asked and learned.
#[derive(Debug)]
struct Reading {
    asked: u32,
    answered: u32,
    /// Sources that the first page was asked for, and once it is there, what the second one begins behind.
    opening: u32,
    /// Distance between the offsets of two pages behind the first.
    step: u32,
    /// How many sources the first page announced, where that is believable.
    count: Option<u64>,
    /// The server's word for it, from page to page.
    said: Option<u64>,
    seen: Set<SourceId>,
    unreadable: usize,
    /// The newest page said that more follow.
    more: bool,
    /// A page was empty: the list is over, whatever was announced.
    exhausted: bool,
    /// The list changed while it was read.
    moved: bool,
}

impl Reading {
    fn new(first_page: u32) -> Self {
        Self {
            opening: first_page,
            asked: 0,
            answered: 0,
            step: PAGE_SIZE,
            count: None,
            said: None,
            seen: Set::default(),
            unreadable: 0,
            more: true,
            exhausted: false,
            moved: false,
        }
    }

    /// The page to ask for next. `None`: not before another answer, or none at all.
    fn next(&self) -> Option<Page> {
        let (offset, limit) = match self.asked.checked_sub(1) {
            None => (0, self.opening),
            Some(between) => (between.checked_mul(self.step)?.checked_add(self.opening)?, PAGE_SIZE),
        };
        let announced = self.count.is_some_and(|count| u64::from(offset) < count);
        let follows = self.more && self.asked == self.answered;
        let open = !self.exhausted && self.asked < MOST_PAGES && (announced || follows);
        open.then_some(Page { limit, offset })
    }

    /// Takes note that the next page is asked for.
    fn ask(&mut self) -> Option<Page> {
        self.next().inspect(|_| self.asked += 1)
    }

    /// Takes in the answer to the oldest question, and gives back what is new in it.
    fn learn(&mut self, listing: Listing<Source>) -> Vec<Source> {
        let length = listing.items.len() + listing.unreadable;
        if self.answered == 0 {
            self.said = listing.count;
            self.count = listing.count.filter(|count| *count <= u64::from(MOST_PAGES * PAGE_SIZE));
            if listing.next {
                let came = u32::try_from(length).unwrap_or(PAGE_SIZE).clamp(1, PAGE_SIZE);
                if came < self.opening {
                    // This server makes smaller pages than it was asked for.
                    self.step = came;
                }
                self.opening = came;
            }
        }
        self.answered += 1;
        self.moved |= self.said != listing.count;
        self.more = listing.next;
        self.exhausted |= length == 0;
        self.unreadable += listing.unreadable;
        let mut sources = listing.items;
        let brought = sources.len();
        sources.retain(|source| self.seen.insert(source.id.clone()));
        self.moved |= sources.len() < brought;
        // A page that only repeats brings the reading no further, however many more are promised.
        self.exhausted |= brought > 0 && sources.is_empty();
        sources
    }

    /// Whether every question was answered, and no other follows.
    fn is_over(&self) -> bool {
        self.asked == self.answered && self.next().is_none()
    }

    /// Whether a reading that is over saw every source.
    fn is_whole(&self) -> bool {
        let listed = (self.seen.len() + self.unreadable) as u64;
        let cut = self.more && !self.exhausted;
        !self.moved && !cut && self.count.is_none_or(|count| count <= listed)
    }

    fn page(&self, sources: Vec<Source>, end: Option<Completeness>) -> SourcePage {
        let loaded = self.seen.len();
        let announced = self.count.and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
        let total = announced.max(loaded + self.unreadable);
        let sources = sources.into_iter().map(Arc::new).collect();
        SourcePage { sources, loaded, total, unreadable: self.unreadable, end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::failure::FailureKind;

    use futures_util::FutureExt;
    use proptest::prelude::*;
    use std::cell::RefCell;
    use std::future::ready;

    fn source(id: u64) -> Source {
        let json = format!(r#"{{"id": "{id}"}}"#);
        crate::api::passing::entity(serde_json::from_str(&json).unwrap()).unwrap()
    }

    /// A server whose list holds `ids`, newest first; `change` may alter it before each answer.
    fn read_from(
        ids: Vec<u64>,
        change: impl FnMut(&mut Vec<u64>, usize),
        answer: impl FnMut(&mut Listing<Source>),
    ) -> (Result<(), Failure>, Vec<SourcePage>, usize) {
        read_opening(PAGE_SIZE, ids, change, answer)
    }

    /// The same with a first page of so many.
    fn read_opening(
        first_page: u32,
        ids: Vec<u64>,
        mut change: impl FnMut(&mut Vec<u64>, usize),
        mut answer: impl FnMut(&mut Listing<Source>),
    ) -> (Result<(), Failure>, Vec<SourcePage>, usize) {
        let mut ids = ids;
        let mut requests = 0;
        let server = RefCell::new(|page: Page| {
            change(&mut ids, requests);
            requests += 1;
            let (offset, limit) = (page.offset as usize, page.limit as usize);
            let items: Vec<_> = ids.iter().skip(offset).take(limit).map(|id| source(*id)).collect();
            let next = offset + items.len() < ids.len();
            let mut listing = Listing { items, count: Some(ids.len() as u64), next, unreadable: 0 };
            answer(&mut listing);
            Ok(listing)
        });
        let mut pages = Vec::new();
        let outcome = read_all_sources(first_page, 3, |page| ready(server.borrow_mut()(page)), |page| pages.push(page));
        let outcome = outcome.now_or_never().unwrap();
        (outcome, pages, requests)
    }

    fn ids_of(pages: &[SourcePage]) -> Vec<String> {
        pages.iter().flat_map(|page| &*page.sources).map(|source| source.id.as_str().to_owned()).collect()
    }

    fn descending(count: u64) -> Vec<u64> {
        (0..count).rev().collect()
    }

    #[test]
    fn a_list_at_rest_is_read_once_and_shown_page_by_page() {
        let (outcome, pages, requests) = read_from(descending(250), |_, _| {}, |_| {});
        assert_eq!((outcome, requests), (Ok(()), 3));
        let shown: Vec<_> = pages.iter().map(|page| (page.loaded, page.total, page.end)).collect();
        assert_eq!(shown, [(100, 250, None), (200, 250, None), (250, 250, Some(Completeness::Whole))]);
    }

    #[test]
    fn a_short_first_page_is_there_first_and_loses_nothing() {
        let (outcome, pages, requests) = read_opening(SHORT_PAGE, descending(250), |_, _| {}, |_| {});
        assert_eq!((outcome, requests), (Ok(()), 4));
        let shown: Vec<_> = pages.iter().map(|page| (page.loaded, page.end)).collect();
        assert_eq!(shown, [(25, None), (125, None), (225, None), (250, Some(Completeness::Whole))]);
        // Servers that make pages of their own size, larger or smaller ones.
        for size in [100, 60, 25, 7] {
            let cut = |listing: &mut Listing<Source>| {
                listing.next |= listing.items.len() > size;
                listing.items.truncate(size);
            };
            let (outcome, pages, _) = read_opening(SHORT_PAGE, descending(250), |_, _| {}, cut);
            assert_eq!((outcome, ids_of(&pages).len()), (Ok(()), 250), "{size}");
            assert_eq!(pages.last().unwrap().end, Some(Completeness::Whole), "{size}");
        }
    }

    #[test]
    fn an_empty_list_is_whole() {
        let (_, pages, requests) = read_from(Vec::new(), |_, _| {}, |_| {});
        assert_eq!((pages.len(), requests), (1, 1));
        assert_eq!(pages[0].end, Some(Completeness::Whole));
    }

    #[test]
    fn what_moved_past_is_found_by_a_second_reading() {
        let remove_early = |ids: &mut Vec<u64>, request: usize| {
            if request == 1 {
                ids.remove(5);
            }
        };
        let (_, pages, requests) = read_from(descending(250), remove_early, |_| {});
        assert_eq!(requests, 6);
        assert_eq!(ids_of(&pages).len(), 250, "the removed one was seen, too");
        assert_eq!(pages.last().unwrap().sources.len(), 1);
        assert_eq!(pages.last().unwrap().end, Some(Completeness::Whole));
    }

    #[test]
    fn a_list_that_never_rests_is_partial() {
        let mut fresh = 1_000;
        let grow = |ids: &mut Vec<u64>, _| {
            fresh += 1;
            ids.insert(0, fresh);
        };
        let (_, pages, _) = read_from(descending(250), grow, |_| {});
        assert_eq!(pages.last().unwrap().end, Some(Completeness::Partial));
    }

    #[test]
    fn without_a_sensible_count_it_goes_on_while_more_follow() {
        for count in [None, Some(0), Some(u64::MAX)] {
            let (_, pages, requests) = read_from(descending(250), |_, _| {}, |listing| listing.count = count);
            assert_eq!((requests, ids_of(&pages).len()), (3, 250), "{count:?}");
            assert_eq!(pages.last().unwrap().end, Some(Completeness::Whole));
        }
    }

    #[test]
    fn a_server_with_smaller_pages_is_read_whole() {
        let (_, pages, _) = read_from(
            descending(250),
            |_, _| {},
            |listing| {
                listing.next |= listing.items.len() > 40;
                listing.items.truncate(40);
            },
        );
        assert_eq!(ids_of(&pages).len(), 250);
    }

    #[test]
    fn a_list_without_end_is_cut() {
        let (_, pages, requests) = read_from(
            descending(10),
            |_, _| {},
            |listing| {
                listing.items = vec![source(1)];
                listing.next = true;
            },
        );
        assert!(requests < 20, "a page that only repeats ends the reading: {requests}");
        assert_eq!(pages.last().unwrap().end, Some(Completeness::Partial));
    }

    #[test]
    fn unreadable_sources_count_as_seen() {
        let (_, pages, _) = read_from(
            descending(150),
            |_, _| {},
            |listing| {
                listing.items.pop();
                listing.unreadable = 1;
            },
        );
        let last = pages.last().unwrap();
        assert_eq!((last.loaded, last.total, last.unreadable), (148, 150, 2));
        assert_eq!(last.end, Some(Completeness::Whole));
    }

    #[test]
    fn a_failure_ends_the_reading_without_an_end() {
        let failure = || Failure::new(FailureKind::Gateway, "");
        let mut pages = Vec::new();
        let outcome = read_all_sources(
            PAGE_SIZE,
            2,
            |page| {
                let listing = Listing { items: vec![source(1)], count: Some(300), next: true, unreadable: 0 };
                ready(if page.offset == 0 { Ok(listing) } else { Err(failure()) })
            },
            |page| pages.push(page),
        );
        assert_eq!(outcome.now_or_never().unwrap(), Err(failure()));
        assert_eq!(pages.iter().map(|page| page.end).collect::<Vec<_>>(), [None]);
    }

    proptest! {
        #[test]
        fn what_was_there_all_the_time_is_in_a_whole_reading(
            length in 0..450_u64,
            first_page in prop::sample::select(vec![SHORT_PAGE, PAGE_SIZE]),
            // Before which request, whether something is created at the head, and what is removed otherwise.
            changes in prop::collection::vec((0..10_usize, any::<bool>(), 0..450_usize), 0..6),
        ) {
            let mut fresh = 10_000;
            let mut removed = Vec::new();
            let change = |ids: &mut Vec<u64>, request: usize| {
                for (_, creates, at) in changes.iter().filter(|(before, ..)| *before == request) {
                    if *creates {
                        fresh += 1;
                        ids.insert(0, fresh);
                    } else if *at < ids.len() {
                        removed.push(ids.remove(*at).to_string());
                    }
                }
            };
            let (outcome, pages, requests) = read_opening(first_page, descending(length), change, |_| {});
            prop_assert_eq!(outcome, Ok(()));
            prop_assert!(requests <= 16);
            let ids = ids_of(&pages);
            let unique: Set<_> = ids.iter().collect();
            prop_assert_eq!(unique.len(), ids.len(), "something came twice");
            let (last, before) = pages.split_last().unwrap();
            prop_assert!(before.iter().all(|page| page.end.is_none()));
            if last.end == Some(Completeness::Whole) {
                for id in descending(length).iter().map(u64::to_string).filter(|id| !removed.contains(id)) {
                    prop_assert!(unique.contains(&id), "{} was skipped", id);
                }
            } else {
                prop_assert!(!changes.is_empty());
            }
        }
    }
}
