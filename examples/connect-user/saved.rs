//! Saved plans: `plan --out` writes them, and `apply` applies them later.

use std::path::Path;

use connect_user::{
    fleet::{FleetPreview, PlanFile, Session, StateLocation},
    interop::Passwords,
    user::{Code, Diagnostic, counted},
};

use crate::{
    alike::SHOWN,
    args::{Global, Scale},
    failure::{Failure, Outcome},
    output,
    plan::{confirm, told},
    program::{assignments, program as read},
    run::{Access, Run},
    way_out::{self, argument, quoted},
    written,
};

/// Refuses to overwrite a file that is not a plan, such as the program.
pub fn check_place(file: &Path, args: &Global) -> Outcome<()> {
    written::check_place(file, "--out", args, "not a plan", PlanFile::is_one)
}

/// Writes a plan to a file that only its owner may read.
pub async fn write(
    file: &Path,
    session: &mut Session<'_>,
    preview: FleetPreview,
    args: &Global,
) -> Outcome<()> {
    let plan = PlanFile::new(state(args), session.save(preview).await?);
    let text = serde_json::to_string(&plan)
        .map_err(|error| Failure::caused(format_args!("`{}` cannot be written", file.display()), &error))?;
    written::save(file, &text)?;
    let place = file.display().to_string();
    output::note(&format!("the plan is in `{place}`: `apply {}` carries it out", argument(&place)));
    Ok(())
}

/// The absolute location of the state.
fn state(args: &Global) -> String {
    StateLocation::new(&args.state).absolute().to_string()
}

/// Tells the first few users whose record has changed, and the number of the others: after another apply, these may be
/// all users of the plan.
fn some_stale(reasons: &mut Vec<Diagnostic>) {
    let mut stale = 0;
    reasons.retain(|reason| {
        stale += usize::from(reason.code == Code::STALE);
        reason.code != Code::STALE || stale <= SHOWN
    });
    if let Some(more) = stale.checked_sub(SHOWN).filter(|more| *more > 0) {
        let message = format!("the same is true of {}", counted(more, "more user"));
        reasons.push(Diagnostic::new(Code::STALE, message).with_help("plan again"));
    }
}

/// Applies a plan as it was shown.
pub async fn apply(
    file: PlanFile,
    program: Option<&Path>,
    yes: bool,
    scale: Scale,
    global: &Global,
) -> Outcome<()> {
    if let Some(option) = global.planning() {
        return Err(Failure::new(format!("`--{option}` has no use with a saved plan"))
            .help(format!("leave it out, or plan again with `--{option}`")));
    }
    let (before, state) = (&file.state, state(global));
    if *before != state {
        return Err(Failure::new(format!("the plan was made for the state `{before}`, not for `{state}`"))
            .help(format!("give `--state {}`, or plan again", quoted(before))));
    }
    let given = match program {
        Some(path) => read(path, global).await?.passwords(file.plan.needs_passwords())?,
        None => Passwords::needed(&file.plan, assignments(global)?).map_err(|found| Failure::told(&found))?,
    };
    let (run, entries) = Run::open(global, scale, Access::Write).await?;
    let mut session = run.recovered(entries).await?;
    let loaded = file.plan.load(session.entries(), |name| given.get(name).cloned());
    let plan = loaded.map_err(|mut refused| {
        for reason in refused.reasons.iter_mut().filter(|reason| reason.code == Code::PASSWORD_REQUIRED) {
            let name = reason.subject.as_deref().unwrap_or_default();
            // The value of an option begins behind the first `=`.
            let help = match name.contains('=') {
                true => "give it: `--program FILE`".to_owned(),
                false => {
                    let set = quoted(&format!("{name}.password=VARIABLE"));
                    format!("give it: `--set-env {set}`, or `--program FILE`")
                }
            };
            *reason = reason.clone().with_help(help);
        }
        some_stale(&mut refused.reasons);
        refused
    })?;
    if !output::is_json() {
        plan.notices().iter().for_each(output::diagnostic);
        output::text(plan.text(|operation| run.backend.pace.rate(operation)).with_help(&way_out::help));
    }
    if !plan.is_empty() {
        confirm(yes)?;
    }
    let passwords = Passwords::like(session.entries().values());
    given.into_iter().for_each(|(name, password)| passwords.give(name, password));
    let watch = run.watch(plan.calls());
    let observer = passwords.observer(&watch);
    let mut options = run.apply_options(&session, &observer);
    // The users may have changed since the plan was made.
    options.apply.check_prior_state = true;
    told(Ok::<_, Failure>(session.apply_plan(&plan, &options).await), &watch)
}
