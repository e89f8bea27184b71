//! `adopt`: the users of a file, found by name and recorded.

use connect_user::{
    diff::Action,
    interop::file::{AdoptError, AdoptOptions, AdoptOutcome, AdoptedUser, Adoption, adopt as record},
    user::one_line,
};
use serde_json::{Value, json};

use crate::{
    args::{Global, Scale},
    convert::FileArgs,
    failure::{Failure, Outcome},
    output,
    run::{Access, Run},
};

pub const EXAMPLES: &str = "\
Examples:
  connect-user adopt terraform.tfstate --backend aws
  connect-user adopt agents.csv --instance INSTANCE_ID --backend aws
  connect-user convert agents.csv --instance INSTANCE_ID > users.yaml   then `plan users.yaml` shows the same";

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    file: FileArgs,
}

/// Records the users of a file that their instances have.
pub async fn adopt(args: &Args, global: &Global) -> Outcome<()> {
    let file = args.file.read(global)?;
    let (run, entries) = Run::open(global, Scale::default(), Access::Record).await?;
    let mut session = run.session(entries).await?;
    let options = AdoptOptions::builder().settings(run.settings.clone()).parallelism(run.parallelism).build();
    let adoption = record(&file, &mut session, &options).await?;
    adoption.notices.iter().for_each(output::diagnostic);
    for user in &adoption.users {
        for found in &user.diagnostics {
            // What is wrong with the file ends no adoption: nobody is changed.
            output::note(&found.clone().about(&user.name).text());
        }
    }
    let failed = adoption.users.iter().filter_map(|user| match &user.outcome {
        AdoptOutcome::Failed(error) => {
            let failure = Failure::caused(format!("`{}` cannot be read", user.name), error);
            Some(failure.help(error.help()))
        }
        _ => None,
    });
    let failed = Failure::all(failed);
    match output::is_json() {
        true => output::json(&whole(&adoption)),
        false => every_user(&adoption),
    }
    failed
}

fn count(adoption: &Adoption, is_it: impl Fn(&AdoptOutcome) -> bool) -> usize {
    adoption.users.iter().filter(|user| is_it(&user.outcome)).count()
}

fn differs(user: &AdoptedUser) -> bool {
    user.preview.diff.action != Action::None
}

fn every_user(adoption: &Adoption) {
    for user in &adoption.users {
        let name = one_line(&user.name);
        match &user.outcome {
            AdoptOutcome::Adopted(_) | AdoptOutcome::Recorded(_) => {}
            AdoptOutcome::RecordedAs(id, other) => {
                output::note(&format!("`{name}` is `{id}`, which is recorded as `{other}`"));
            }
            AdoptOutcome::NotFound => {
                output::note(&format!("`{name}` is not there: an `apply` would create it"));
            }
            AdoptOutcome::NotKnown => {
                output::note(&format!("`{name}` is not looked for: its instance or its name is not known"));
            }
            AdoptOutcome::NameTaken(other) => {
                output::note(&format!("`{name}` is not recorded: `{other}` is recorded under that name"));
            }
            _ => {}
        }
        output::text(&user.preview.text(&user.name).to_string());
    }
    let adopted = count(adoption, |outcome| matches!(outcome, AdoptOutcome::Adopted(_)));
    let recorded = count(adoption, |outcome| {
        matches!(outcome, AdoptOutcome::Recorded(_) | AdoptOutcome::RecordedAs(..))
    });
    let missing = count(adoption, |outcome| matches!(outcome, AdoptOutcome::NotFound));
    let different = adoption.users.iter().filter(|user| differs(user)).count();
    let others = match adoption.others {
        0 => String::new(),
        others => {
            format!(" {} of the instance are not in the file, and stay as they are.", output::users(others))
        }
    };
    output::text(&format!(
        "Recorded {} ({recorded} already recorded, {missing} not there). {different} of them differ from the file; \
         nothing was changed.{others}",
        output::users(adopted)
    ));
}

fn whole(adoption: &Adoption) -> Value {
    let one = |user: &AdoptedUser| {
        let (outcome, id) = match &user.outcome {
            AdoptOutcome::Adopted(id) => ("adopted", Some(id)),
            AdoptOutcome::Recorded(id) => ("recorded", Some(id)),
            AdoptOutcome::RecordedAs(id, _) => ("recordedAs", Some(id)),
            AdoptOutcome::NotFound => ("notFound", None),
            AdoptOutcome::NotKnown => ("notKnown", None),
            AdoptOutcome::NameTaken(id) => ("nameTaken", Some(id)),
            _ => ("failed", None),
        };
        let mut value = json!(user.preview);
        value["user"] = json!(user.name);
        value["outcome"] = json!(outcome);
        value["id"] = json!(id.map(ToString::to_string));
        if let AdoptOutcome::RecordedAs(_, other) = &user.outcome {
            value["recordedAs"] = json!(other);
        }
        value
    };
    json!({"users": adoption.users.iter().map(one).collect::<Vec<_>>(), "others": adoption.others})
}

impl From<AdoptError> for Failure {
    fn from(error: AdoptError) -> Self {
        Self::caused(String::new(), &error).help(error.help())
    }
}
