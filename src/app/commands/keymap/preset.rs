//! Sets of keys to choose from.

/// A set of keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Preset {
    /// That which the rest is described by.
    #[default]
    Default,
    /// For fingers that know vim.
    Vim,
    /// For fingers that know Emacs.
    Emacs,
}

impl Preset {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Default, Self::Vim, Self::Emacs];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Vim => "vim",
            Self::Emacs => "emacs",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.name() == name)
    }

    /// The names of all, as a list in a sentence.
    #[must_use]
    pub fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// What it changes of the default keys, as users would write it.
    #[must_use]
    pub fn differences(self) -> Option<&'static str> {
        match self {
            Self::Default => None,
            Self::Vim => Some(include_str!("../../../../assets/keymaps/vim.toml")),
            Self::Emacs => Some(include_str!("../../../../assets/keymaps/emacs.toml")),
        }
    }
}
