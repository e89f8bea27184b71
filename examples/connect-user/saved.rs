//! Plans in files: what `plan --out` writes and `apply` carries out later.

use std::{collections::BTreeMap, io::Write, path::Path};

use connect_user::{
    fleet::{FleetPlan, FleetPreview, SavedFleetPlan, Session, SessionError},
    interop::{Passwords, program::Scope},
    user::{Code, Input, Secret},
};
use serde::{Deserialize, Serialize};

use crate::{
    args::{Global, Scale},
    failure::{Failure, Outcome},
    input,
    interrupt::end_on_interrupt,
    output,
    plan::{confirm, told},
    program::{assignments, program},
    progress::Watch,
    run::{Access, Run},
    summary,
};

/// The version of the file; another one cannot be read.
const VERSION: u64 = 1;

/// A plan in a file. It holds personal data, and no password.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanFile {
    /// The version; it stands first, and tells a plan from a program.
    connect_user_plan: u64,
    /// The state that it was made from.
    state: String,
    plan: SavedFleetPlan,
}

/// Whether a text is a saved plan, of any version, whole or not.
pub fn is_plan(text: &str) -> bool {
    let start = text.chars().filter(|c| !c.is_whitespace()).take(64).collect::<String>();
    start.starts_with("{\"connectUserPlan\":")
}

/// Refuses to write over what is no plan, such as the program.
pub fn check_place(file: &Path) -> Outcome<()> {
    input::require_regular(file, input::STILL_TO_BE_MADE)?;
    match file.exists() && !is_plan(&input::text(file, "plan").unwrap_or_default()) {
        true => Err(Failure::new(format!("`{}` is there, and is not a plan", file.display()))
            .help("give `--out` another path, or remove the file")),
        false => Ok(()),
    }
}

/// Writes a plan, which only its owner may read.
pub async fn write(
    file: &Path,
    session: &mut Session<'_>,
    preview: FleetPreview,
    args: &Global,
) -> Outcome<()> {
    let plan = match session.save(preview).await {
        Err(SessionError::Refused(refused)) => {
            return Failure::all(refused.reasons.iter().map(Failure::told));
        }
        plan => plan?,
    };
    let text = serde_json::to_string(&PlanFile { connect_user_plan: VERSION, state: state(args), plan });
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Whole or not at all.
    let write = || -> std::io::Result<()> {
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        new.write_all(text?.as_bytes())?;
        new.as_file().sync_all()?;
        new.persist(file)?;
        Ok(())
    };
    write().map_err(|error| {
        Failure::caused(format!("`{}` cannot be written", file.display()), &error)
            .help("check the path and its permissions")
    })?;
    output::note(&format!("the plan is in `{0}`: `apply {0}` carries it out", file.display()));
    Ok(())
}

/// The path of the state, wherever a command is run from.
fn state(args: &Global) -> String {
    let is_address = args.state.to_string_lossy().contains("://");
    let path = if is_address { None } else { std::path::absolute(&args.state).ok() };
    path.as_ref().unwrap_or(&args.state).display().to_string()
}

/// Reads a plan.
pub fn read(file: &Path, text: &str) -> Outcome<PlanFile> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Version {
        connect_user_plan: u64,
    }

    let name = input::name(file);
    let unreadable = |error: serde_json::Error| match error.is_eof() {
        true => Failure::new(format!("{name} is cut off")).help("plan again"),
        false => Failure::new(format!("{name} cannot be read: {error}"))
            .help("plan again, with the program that shall apply it"),
    };
    // It reads the whole text: what is cut off is found here.
    let Version { connect_user_plan: version } = serde_json::from_str(text).map_err(unreadable)?;
    if version != VERSION {
        return Err(Failure::new(format!("{name} has version {version}, and this program knows {VERSION}"))
            .help("use the program that wrote it, or plan again"));
    }
    serde_json::from_str(text).map_err(unreadable)
}

/// Carries out a plan as it was shown.
pub async fn apply(
    file: PlanFile,
    program: Option<&Path>,
    yes: bool,
    scale: Scale,
    global: &Global,
) -> Outcome<()> {
    if let Some(option) = scale.planning().or_else(|| global.planning()) {
        return Err(Failure::new(format!("`{option}` has no use with a saved plan"))
            .help(format!("leave it out, or plan again with `{option}`")));
    }
    let PlanFile { state: before, plan: saved, .. } = file;
    if before != state(global) {
        let message = format!("the plan was made for the state `{before}`, not for `{}`", state(global));
        return Err(Failure::new(message).help(format!("give `--state '{before}'`, or plan again")));
    }
    let given = passwords(&saved, program, global)?;
    let (run, entries) = Run::open(global, scale, Access::Write).await?;
    let mut session = run.session(entries).await?;
    let passwords = Passwords::like(session.entries().values());
    let plan: FleetPlan = saved
        .load(session.entries(), |name| {
            let password: Secret = given.get(name).cloned()?;
            passwords.give(name, password.clone());
            Some(password)
        })
        .or_else(|refused| {
            let reasons = refused.reasons.iter().map(|reason| match reason.code {
                Code::PASSWORD_REQUIRED => {
                    let name = reason.subject.as_deref().unwrap_or_default();
                    let help =
                        format!("give it: `--set-env '{name}.password=VARIABLE'`, or `--program FILE`");
                    Failure::told(reason).help(help)
                }
                _ => Failure::told(reason),
            });
            Failure::all(reasons).and(Err(Failure::said()))
        })?;
    if !output::is_json() {
        summary::saved(&plan, &run.backend);
    }
    if !plan.is_empty() {
        confirm(yes)?;
    }
    end_on_interrupt(run.backend.cancel.clone());
    let watch = Watch::new(plan.calls(), Some(passwords));
    let mut options = run.apply_options(&session, &watch);
    // Time has passed.
    options.apply.check_prior_state = true;
    let outcome = session.apply_plan(&plan, &options).await;
    watch.end();
    told(outcome, plan.unchanged(), plan.users().len())
}

/// The passwords of new users, by their resource names: of the program, or of the command line.
fn passwords(
    plan: &SavedFleetPlan,
    file: Option<&Path>,
    global: &Global,
) -> Outcome<BTreeMap<String, Secret>> {
    let needed: BTreeMap<String, &str> =
        plan.needs_passwords().map(|name| (format!("{name}.password"), name)).collect();
    if let Some(file) = file {
        let program = program(file, global)?;
        let mut passwords = BTreeMap::new();
        for user in needed.values().filter_map(|name| program.user(name)) {
            let evaluated = program.evaluate(user, &Scope::default())?;
            if let Some(Input::Known(password)) = &evaluated.spec.password {
                passwords.insert(user.name().to_owned(), password.clone());
            }
        }
        return Ok(passwords);
    }
    let given = assignments(global)?.into_iter().map(|given| match needed.get(&given.reference) {
        Some(name) => Ok(((*name).to_owned(), given.value)),
        None => {
            let help = match needed.keys().next() {
                Some(first) => format!("it needs passwords of new users, such as `{first}`"),
                None => "leave it out: it needs no password".to_owned(),
            };
            Err(Failure::new(format!("the plan has no use for `{}`", given.reference)).help(help))
        }
    });
    given.collect()
}
