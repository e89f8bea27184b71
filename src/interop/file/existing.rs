//! Users that exist, as the users of a file.

use super::users::{FileUser, UserFile};
use crate::{
    read::Directory,
    user::{Settings, UserState},
};

impl UserFile {
    /// Users that exist, each under its user name and imported: a program that [`write`](fn@super::write) makes of them
    /// adopts them and changes nothing. `names` writes names of profiles and paths of groups instead of ids.
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
