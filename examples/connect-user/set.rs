//! `set`: changes properties of many recorded users, and the text of their program.

use std::path::{Path, PathBuf};

use clap::builder::NonEmptyStringValueParser;
use connect_user::{
    fleet::{Session, StateStore},
    interop::set::{BulkEdit, EditedStore, PropertyEdits, edit_program},
};

use crate::{
    args::{Global, Scale, number},
    failure::{Failure, Outcome},
    input, output,
    plan::{apply_known, approve, fail_partial, judge, refuse, refuse_unread},
    run::{Access, Run, require_state},
    saved, summary, written,
};

/// The properties to set, the users, and the program.
#[derive(clap::Args)]
pub struct SetArgs {
    /// A property and its value: `routingProfileId=name:Sales`, `tags.team=red`, `autoAcceptConfigs.VOICE=true`,
    /// `securityProfileIds=ID,ID`. An empty value clears it. No call changes `password` and `directoryUserId`: what a
    /// change in the program does is said by `--on-password-change` and `--on-directory-user-id-change` of `apply`.
    #[arg(value_name = "PROPERTY=VALUE", required_unless_present = "unset")]
    edits: Vec<String>,
    /// A property to clear; repeatable. Default: none.
    #[arg(long, value_name = "PROPERTY", value_parser = NonEmptyStringValueParser::new())]
    unset: Vec<String>,
    /// Only this recorded user; repeatable. Default: those of `--where`.
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    target: Vec<String>,
    /// Every recorded user. Default: those of `--where` and `--target`, one of which must be given.
    #[arg(long, conflicts_with_all = ["where", "target"])]
    all: bool,
    /// The program of these users: it is edited in place, so that it says what is set. Default: none, and its next plan
    /// changes the users back.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Write the plan to a file for `apply FILE`, record in the state what was found, and change no user yet. Default: do
    /// not.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["program", "yes"])]
    out: Option<PathBuf>,
    /// Change them without asking. Default: ask for confirmation.
    #[arg(long)]
    yes: bool,
    /// Stop after N users have failed. Default: go on with the others.
    #[arg(long, value_name = "N", value_parser = number::<std::num::NonZeroU32>(1), allow_negative_numbers = true)]
    stop_after: Option<std::num::NonZeroU32>,
}

/// Changes recorded users. All changes are checked before the first one is made.
pub async fn set(args: SetArgs, global: &Global) -> Outcome<()> {
    if !args.all && args.target.is_empty() && global.r#where.is_empty() {
        return Err(Failure::new("no users are chosen")
            .help("give `--where CONDITION` or `--target NAME`; every recorded user is `--all`"));
    }
    let edits = PropertyEdits::parse(&args.edits, &args.unset)
        .or_else(|mistakes| Failure::all(mistakes.iter().map(Failure::told)).and(Err(Failure::said())))?;
    require_state(global)?;
    args.out.as_deref().map_or(Ok(()), |out| saved::check_place(out, global))?;
    let scale = Scale { target: args.target, stop_after: args.stop_after, ..Scale::default() };
    let access = if args.out.is_some() { Access::Record } else { Access::Write };
    let (run, entries) = Run::open(global, scale, access).await?;
    let edited = EditedStore::new(&*run.file, &entries, &edits);
    // A saved plan is made from what was found.
    let store: &dyn StateStore = if args.out.is_some() { &*run.file } else { &edited };
    let mut session = run.recovered_on(store, entries).await?;
    let bulk = BulkEdit::new(&edits, run.options());
    bulk.refresh(&mut session).await?;
    refuse_unread(&session)?;
    let review = bulk.preview(&session).await?;
    judge(&review, None)?;
    // With a filter, this is reported already.
    if review.checked == 0 && global.r#where.is_empty() {
        output::note("no recorded user is meant: no user is changed");
    }
    let program = match &args.program {
        Some(file) => Some((file, edit(file, &edits, &session)?)),
        None => None,
    };
    let names = |property, id: &str| session.instances().name_of(property, id);
    if let Some(out) = &args.out {
        summary::plan(&review.preview, &session, &run.backend, &names, false);
        refuse(&review.preview, false)?;
        fail_partial(&session)?;
        return saved::write(out, &mut session, review.preview, global).await;
    }
    approve(&run, &session, &review.preview, &names, args.yes)?;
    if let Some((file, (before, after))) = program {
        // If the run is stopped, the next plan of the edited program continues.
        written::replace(file, Some(&before), &after)?;
    }
    let read = fail_partial(&session);
    apply_known(&run, &mut session, review.preview).await?;
    read
}

/// The text of the program, and its text with the new values of the selected users.
fn edit(file: &Path, edits: &PropertyEdits, session: &Session<'_>) -> Outcome<(String, String)> {
    if input::is_stdin(file) {
        return Err(
            Failure::new("standard input cannot be edited in place").help("give the path of the program")
        );
    }
    let before = input::text(file, "program")?;
    let meant = session.users().map(|(name, _)| name.as_str());
    let meant = meant.filter(|name| session.is_meant(name) && session.state(name).is_some());
    let after = edit_program(&file.display().to_string(), &before, meant, edits)?;
    Ok((before, after))
}
