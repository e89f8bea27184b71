//! `adopt`: finds the users of a file by name, and records them.

use connect_user::{
    interop::file::{AdoptOptions, Adoption, adopt as record},
    user::counted,
};
use serde_json::json;

use crate::{
    args::{Global, Scale},
    convert::FileArgs,
    failure::{Failure, Outcome},
    output,
    run::{Access, Run},
    state,
};

/// Records the users of a file that their instances have.
pub async fn adopt(file: &FileArgs, global: &Global) -> Outcome<()> {
    let file = file.read(global)?;
    let (run, entries) = Run::open(global, Scale::default(), Access::Record).await?;
    let mut session = run.recovered(entries).await?;
    let (settings, parallelism) = (run.settings.clone(), global.parallelism);
    let options = AdoptOptions::builder().settings(settings).parallelism(parallelism).build();
    let adoption = record(&file, &mut session, &options).await?;
    state::tell(&*run.file).await;
    adoption.notices.iter().for_each(output::diagnostic);
    for user in &adoption.users {
        for found in &user.diagnostics {
            // Mistakes in the file do not stop the adoption, because no user is changed.
            output::note(&found.clone().about(&user.name).text());
        }
    }
    let (failed, told): (Vec<_>, Vec<_>) =
        adoption.users.iter().filter_map(|user| user.diagnostic()).partition(|found| found.is_error());
    match output::is_json() {
        true => output::json(&json!(adoption)),
        false => {
            output::some_of_each(&told);
            every_user(&adoption);
        }
    }
    Failure::all(failed.iter().map(Failure::told))
}

fn every_user(adoption: &Adoption) {
    for user in &adoption.users {
        output::text(user.preview.text(&user.name));
    }
    let totals = adoption.totals();
    let others = match adoption.others {
        0 => String::new(),
        1 => " 1 user of the instance is not in the file, and stays as it is.".to_owned(),
        others => format!(" {others} users of the instance are not in the file, and stay as they are."),
    };
    output::text(format!(
        "Recorded {} ({} already recorded, {} not there). {} of them differ from the file; nothing was changed.{others}",
        counted(totals.adopted, "user"),
        totals.recorded,
        totals.missing,
        totals.different,
    ));
}
