//! Where the recorded users are: in a file, or in a bucket or a folder that a team shares.

use std::path::Path;

use connect_user::fleet::{EmbeddedStore, StateStore, migrate};
use serde_json::json;

use crate::{
    args::Global,
    failure::{Failure, Outcome},
    input, output,
};

/// Opens a state, by its path or URL.
pub async fn open(state: &Path, write: bool) -> Outcome<Box<dyn StateStore>> {
    if let Some(url) = url(state) {
        return shared::open(url, write).await;
    }
    input::require_regular(state, input::STILL_TO_BE_MADE)?;
    Ok(Box::new(match write {
        true => EmbeddedStore::open(state)?,
        false => EmbeddedStore::open_to_read(state)?,
    }))
}

/// Whether there may be a state: of a URL, only its service knows.
pub fn may_exist(state: &Path) -> bool {
    url(state).is_some() || state.exists()
}

/// Copies the recorded users from one state to another, which has none.
pub async fn move_all(from: &Path, to: &Path) -> Outcome<()> {
    let nothing = || Failure::new(format!("`{}` has no recorded users", from.display()));
    if url(from).is_none() && !from.exists() {
        return Err(nothing().help("give the path or the URL of a state"));
    }
    let source = open(from, true).await?;
    if source.page(None, 1).await?.is_empty() {
        return Err(nothing().help("give the path or the URL of a state"));
    }
    let count = migrate(&*source, &*open(to, true).await?).await?;
    let text = || {
        format!(
            "Copied {} to `{}`. Give that as `--state` from now on, and remove `{}`.",
            output::users(count),
            to.display(),
            from.display()
        )
    };
    output::result(|| json!({"migrated": count}), text);
    Ok(())
}

/// Ends the lease of a run that was killed: the one with this id, and no other that was taken since.
pub async fn unlock(global: &Global, id: Option<&str>) -> Outcome<()> {
    let Some(url) = url(&global.state) else {
        return Err(Failure::new(format!("`{}` is a file, which has no lease", global.state.display()))
            .help("a file is unlocked as soon as the process that writes it has ended"));
    };
    let lease = shared::unlock(url, id.unwrap_or_default()).await?;
    let text = || match &lease {
        Some((owner, since)) => {
            format!(
                "Unlocked: `{owner}` had the lease since {since}. `plan` shows what its run has left to do."
            )
        }
        None => "Nobody has the lease.".to_owned(),
    };
    let json = || match &lease {
        Some((owner, since)) => json!({"unlocked": {"owner": owner, "since": since}}),
        None => json!({"unlocked": null}),
    };
    output::result(json, text);
    Ok(())
}

/// The URL of a state that is not a file.
fn url(state: &Path) -> Option<&str> {
    state.to_str().filter(|state| state.contains("://"))
}

#[cfg(feature = "object-store")]
mod shared {
    use connect_user::fleet::{SharedLocation, SharedStore, StateStore};

    use crate::failure::Outcome;

    pub async fn open(url: &str, write: bool) -> Outcome<Box<dyn StateStore>> {
        let location = SharedLocation::parse(url)?;
        Ok(Box::new(match write {
            true => SharedStore::open(location, owner()).await?,
            false => SharedStore::open_to_read(location).await?,
        }))
    }

    /// Who had the lease, and since when.
    pub async fn unlock(url: &str, id: &str) -> Outcome<Option<(String, String)>> {
        let lease = SharedStore::break_lease(SharedLocation::parse(url)?, owner(), id).await?;
        Ok(lease.map(|lease| (lease.owner, lease.since.to_string())))
    }

    /// Who this is, as others are told.
    fn owner() -> String {
        let set = |names: &[&str]| {
            names.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        };
        let named = || std::fs::read_to_string("/etc/hostname").ok().map(|name| name.trim().to_owned());
        let user = set(&["USER", "USERNAME", "LOGNAME"]).unwrap_or_else(|| "somebody".to_owned());
        let host =
            set(&["HOSTNAME", "COMPUTERNAME"]).or_else(named).unwrap_or_else(|| "somewhere".to_owned());
        format!("{user}@{host} (process {})", std::process::id())
    }
}

#[cfg(not(feature = "object-store"))]
mod shared {
    use connect_user::fleet::StateStore;

    use crate::failure::{Failure, Outcome};

    pub async fn open(url: &str, _: bool) -> Outcome<Box<dyn StateStore>> {
        Err(missing(url))
    }

    pub async fn unlock(url: &str, _: &str) -> Outcome<Option<(String, String)>> {
        Err(missing(url))
    }

    fn missing(url: &str) -> Failure {
        Failure::new(format!("this build cannot open the state `{url}`"))
            .help("build it with `--features object-store`, or give the path of a file")
    }
}
