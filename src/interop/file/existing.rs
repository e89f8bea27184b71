//! Makes a file from users that exist.

use super::users::{FileUser, UserFile};
use crate::{
    read::Directory,
    user::{Settings, UserState},
};

impl UserFile {
    /// Returns a file of users that exist, each under its user name and with its id as import: a program that
    /// [`write`](fn@super::write) makes of the file adopts the users and changes nothing. With `names`, profiles are
    /// written by name and groups by path, instead of ids.
    pub fn of_existing<'a>(
        users: impl IntoIterator<Item = &'a UserState>,
        settings: &Settings,
        names: Option<&Directory>,
    ) -> Self {
        let of = |state: &UserState| {
            let mut spec = state.to_spec(settings);
            if let Some(names) = names {
                names.with_names(&mut spec);
            }
            FileUser::new(state.name.as_str(), spec.encode()).with_import(Some(state.id()))
        };
        Self { users: users.into_iter().map(of).collect(), ..Self::default() }
    }
}
