//! An engine of one's own: a program and a state in files, unknown values, plan, apply, import, drift.
//!
//! `cargo run --example engine -- plan DIR` shows what would change, `apply DIR` changes it, `drift DIR` tells what
//! somebody else has changed, and `import DIR KEY ID` begins with a user that exists. `DIR/program.json` has the inputs
//! of each user by its key; a text `${KEY.OUTPUT}` stands for an output of a user whose key comes first.
//! `DIR/state.json` is the state, and `DIR/connect.json` a service in memory: put `AwsConnect` in its place.

use std::{collections::BTreeMap, env, error::Error, fs, path::PathBuf};

use connect_user::{
    client::memory::{MemoryFile, PersistentConnect},
    diff::{Action, ReplacementOrder},
    engine::{Failure, Naming, Resource, ResourceOptions, Snapshot},
    user::{IdentityManagementType, Settings, Value},
};

type Done<T = ()> = Result<T, Box<dyn Error>>;

struct Engine {
    resource: Resource,
    state: BTreeMap<String, Snapshot>,
    file: PathBuf,
}

impl Engine {
    /// Stores what is there of a user, whatever has come of the call.
    fn store(&mut self, key: &str, result: Result<Option<Snapshot>, Failure>) -> Done {
        let (snapshot, failure) = result.map_or_else(Failure::split, |snapshot| (snapshot, None));
        self.state.remove(key);
        self.state.extend(snapshot.map(|user| (key.to_owned(), self.resource.without_secrets(user))));
        fs::write(&self.file, serde_json::to_string_pretty(&self.state)?)?;
        failure.map_or(Ok(()), |failure| Err(failure.into()))
    }

    async fn delete(&mut self, key: &str) -> Done {
        let deleted = self.resource.delete(&self.state[key], &ResourceOptions::default()).await;
        self.store(key, deleted.map(|_| None))
    }

    /// Plans one user, and carries it out if it is to; returns its outputs, as far as they are known.
    async fn user(&mut self, key: &str, inputs: &Value, applies: bool) -> Done<Value> {
        let options = ResourceOptions::default();
        let mut prior = self.state.get(key).cloned();
        let checked = self.resource.check(inputs, prior.as_ref(), &Naming::of(key)).await?;
        checked.diagnostics.iter().for_each(|found| println!("{key}: {found}"));
        let plan = self.resource.diff(prior.as_ref(), &checked.inputs, &options).await?;
        println!("{key}: {:?}", plan.action);
        plan.changes.iter().for_each(|change| println!("  {}", change.path));
        if !applies || plan.is_empty() {
            return Ok(plan.outputs);
        }
        if plan.action == Action::Replace {
            let old = format!("{key} (replaced)");
            self.store(&old, Ok(prior.take()))?;
            self.store(key, Ok(None))?;
            if plan.replacement == Some(ReplacementOrder::DeleteBeforeCreate) {
                self.delete(&old).await?;
            }
        }
        let applied = match &prior {
            Some(prior) => self.resource.update(prior, &plan.inputs, &options).await,
            None => self.resource.create(&plan.inputs, &options).await,
        };
        self.store(key, applied.map(|applied| Some(applied.snapshot)))?;
        Ok(self.state[key].outputs.clone())
    }

    async fn run(&mut self, program: BTreeMap<String, Value>, applies: bool) -> Done {
        let mut users: BTreeMap<String, Value> = BTreeMap::new();
        for (key, inputs) in &program {
            let place = |text: &str| {
                let (key, output) = text.strip_prefix("${")?.strip_suffix('}')?.split_once('.')?;
                Some(users.get(key).and_then(|user| user.get(output)).cloned().unwrap_or(Value::Unknown))
            };
            let inputs = inputs.clone().map_leaves(&|leaf| leaf.as_str().and_then(place).unwrap_or(leaf));
            users.insert(key.clone(), self.user(key, &inputs, applies).await?);
        }
        for key in self.state.keys().filter(|key| !program.contains_key(*key)).cloned().collect::<Vec<_>>() {
            println!("{key}: Delete");
            if applies {
                self.delete(&key).await?;
            }
        }
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Done {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [command, dir, more @ ..] = &arguments[..] else { return Err("give a command and a folder".into()) };
    let dir = PathBuf::from(dir);
    let read = |name| fs::read_to_string(dir.join(name)).unwrap_or_else(|_| "{}".into());
    let (file, connect) = MemoryFile::open(dir.join("connect.json"))?;
    connect.add_any_instance(IdentityManagementType::ConnectManaged);
    let resource = Resource::new(PersistentConnect::new(connect, file), Settings::default());
    let state = serde_json::from_str(&read("state.json"))?;
    let program = serde_json::from_str(&read("program.json"))?;
    let mut engine = Engine { resource, state, file: dir.join("state.json") };
    match (command.as_str(), more) {
        ("plan" | "apply", []) => engine.run(program, command == "apply").await?,
        ("drift", []) => {
            for (key, prior) in engine.state.clone() {
                let read = engine.resource.read(&prior).await?;
                read.iter()
                    .flat_map(|read| &read.drift)
                    .for_each(|change| println!("{key}: {}", change.path));
                engine.store(&key, Ok(read.map(|read| read.snapshot)))?;
            }
        }
        ("import", [key, id]) => {
            let imported = engine.resource.import(id).await?;
            println!("{}", serde_json::to_string_pretty(&imported.inputs)?);
            engine.store(key, Ok(Some(imported)))?;
        }
        _ => return Err("there is no such command".into()),
    }
    Ok(())
}
