//! `compare` and `copy`: compare and copy the users of two instances.

use std::num::NonZeroU32;

use connect_user::{
    client::ClientError,
    interop::between::{CompareOptions, CopyOptions, CopyPlan, Side, compare as compared, copy as planned},
    read::{RefreshOptions, Strategy},
    user::{Diagnostic, Property, counted},
};
use serde_json::json;

use crate::{
    args::{Global, Scale, number},
    failure::{Failure, Outcome},
    first_passwords::PasswordArgs,
    output,
    plan::{approve, refuse, told},
    run::{Access, Run, overrides, settings},
    sides::Sides,
    summary,
    way_out::quoted,
};

#[derive(clap::Args)]
pub struct CompareArgs {
    #[command(flatten)]
    sides: Sides,
    /// Exit with 2 if something is different. Default: exit with 0 then, too.
    #[arg(long)]
    pub detailed_exitcode: bool,
}

#[derive(clap::Args)]
pub struct CopyArgs {
    #[command(flatten)]
    sides: Sides,
    /// Make users that TO has already the same as in FROM, too. Default: they stay as they are.
    #[arg(long)]
    update: bool,
    /// Show what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// With `--dry-run`, exit with 2 if there is something to do. Default: exit with 0 then, too.
    #[arg(long, requires = "dry_run")]
    pub detailed_exitcode: bool,
    /// Copy without asking. Default: ask for confirmation.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    passwords: PasswordArgs,
    /// The quota of users of TO: what does not fit is refused before anything is done. Default: not known.
    #[arg(long, value_name = "N", value_parser = number::<usize>(0), allow_negative_numbers = true)]
    users_per_instance: Option<usize>,
    /// Stop after N users have failed. Default: go on with the others.
    #[arg(long, value_name = "N", value_parser = number::<NonZeroU32>(1), allow_negative_numbers = true)]
    stop_after: Option<NonZeroU32>,
}

/// Compares the users of two instances. Returns whether there are differences.
pub async fn compare(args: &CompareArgs, global: &Global) -> Outcome<bool> {
    let reached = args.sides.reach(global)?;
    let (from, to) = reached.open().await?;
    let (from_client, to_client) = (from.client(), to.client());
    let options = CompareOptions::builder()
        .settings(settings(global))
        .filter(global.filter()?)
        .names(reached.names)
        .read(read_options(global))
        .build();
    let sides = (Side::new(&reached.from.0, &from_client), Side::new(&reached.to.0, &to_client));
    let found = compared(sides.0, sides.1, &options).await?;
    output::some_of_each(&found.notices);
    output::result(|| json!(found), || found.to_string());
    if !found.not_compared.is_empty() {
        let left: Vec<_> = found.not_compared.iter().map(|property| format!("`{property}`")).collect();
        output::note(&format!("not compared with every user: {}", left.join(", ")));
    }
    let failed =
        found.failed.iter().map(|(instance, user, error)| unread(&format!("{instance}:{user}"), error));
    Failure::all(failed).map(|()| !found.is_same())
}

/// Copies users from one instance to another. With `--dry-run`, returns whether there is something to do.
pub async fn copy(args: &CopyArgs, global: &Global) -> Outcome<bool> {
    let reached = args.sides.reach(global)?;
    let passwords = args.passwords.read(&reached.to.1)?;
    let options = CopyOptions::builder()
        .settings(settings(global))
        .overrides(overrides(global)?)
        .filter(global.filter()?)
        .names(reached.names.clone())
        .update(args.update)
        .passwords(passwords.first.clone())
        .maybe_users_per_instance(args.users_per_instance)
        .read(read_options(global))
        .build();
    let scale = Scale { stop_after: args.stop_after, ..Scale::default() };
    let access = if args.dry_run { Access::Read } else { Access::Write };
    let (run, entries) = Run::open(&reached.to.1, scale, access).await?;
    let mut session = run.recovered(entries).await?;
    let from = reached.open_from(&run.backend).await?;
    let client = from.client();
    let mut plan = planned(Side::new(&reached.from.0, &client), &reached.to.0, &session, &options).await?;
    tell(&plan)?;
    let names = |property: Property, id: &str| plan.name_of(property, id);
    if args.dry_run {
        summary::plan(&plan.preview, &session, &run.backend, &names, false);
        refuse(&plan.preview, false)?;
        return whole(&plan).map(|()| plan.preview.changes() > 0);
    }
    approve(&run, &session, &plan.preview, &names, args.yes)?;
    passwords.hand_out(plan.made_passwords())?;
    let watch = run.watch(plan.preview.calls());
    let options = run.apply_options(&session, &watch);
    told(plan.apply(&mut session, &options).await, &watch)?;
    whole(&plan).map(|()| false)
}

/// Fails if a user could not be read; called after all other users are copied.
fn whole(plan: &CopyPlan) -> Outcome<()> {
    if plan.failed.is_empty() { Ok(()) } else { Err(Failure::said()) }
}

/// Prints the findings of a copy, and fails if one of them prevents it.
fn tell(plan: &CopyPlan) -> Outcome<()> {
    if !plan.existing.is_empty() {
        let users = counted(plan.existing.len(), "user");
        output::note(&format!(
            "already there, and left as they are: {users}; `--update` makes them the same"
        ));
    }
    plan.failed.iter().for_each(|(user, error)| output::failure(&unread(user.as_str(), error)));
    output::some_of_each(&plan.diagnostics);
    Failure::all(plan.missing.iter().map(|missing| {
        let found = missing.diagnostic();
        let new = missing.nearest.as_deref().unwrap_or("NEW");
        let help = found.help.as_deref().unwrap_or_default();
        let map = quoted(&format!("{}:{}={new}", missing.kind, missing.name));
        Failure::told(&found).help(format!("{help}; `--map {map}`"))
    }))?;
    if plan.diagnostics.iter().any(Diagnostic::is_error) { Err(Failure::said()) } else { Ok(()) }
}

fn unread(user: &str, error: &ClientError) -> Failure {
    Failure::caused(format!("`{user}` cannot be read"), error).help(error.help())
}

fn read_options(global: &Global) -> RefreshOptions {
    let options = RefreshOptions::builder().parallelism(global.parallelism);
    options.strategy(global.refresh.unwrap_or(Strategy::Full)).build()
}
