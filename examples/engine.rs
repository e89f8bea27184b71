//! An engine of one's own: a program and a state in files, unknown values, plan, apply, import, drift.
//!
//! `cargo run --example engine -- plan DIR` shows what would change, `apply DIR` does it, `drift DIR` shows changes by others,
//! and `import DIR KEY ID` records a user that exists. `DIR/program.json` has the inputs of each user by its key, in which
//! `${KEY.OUTPUT}` is an output of an earlier key. `DIR/connect.json` is a service in memory: put `AwsConnect` in its place.

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use anyhow::{Context, Result, bail, ensure};
use connect_user::{
    client::memory::{MemoryFile, PersistentConnect},
    diff::{Action, ReplacementOrder},
    engine::{Failure, Naming, Resource, ResourceOptions, Snapshot},
    user::{IdentityManagementType, Settings, Value},
};

struct Engine {
    resource: Resource,
    state: BTreeMap<String, Snapshot>,
    dir: PathBuf,
}

impl Engine {
    /// Stores what is there of a user, whatever has come of the call. The file is written whole or not at all.
    fn store(&mut self, key: &str, result: Result<Option<Snapshot>, Failure>) -> Result<()> {
        let (snapshot, failure) = result.map_or_else(Failure::split, |snapshot| (snapshot, None));
        self.state.remove(key);
        self.state.extend(snapshot.map(|user| (key.to_owned(), self.resource.without_secrets(user))));
        let written = self.dir.join("state.json.new");
        fs::write(&written, serde_json::to_string_pretty(&self.state)?)?;
        fs::rename(written, self.dir.join("state.json"))?;
        failure.map_or(Ok(()), |failure| Err(failure.into()))
    }

    async fn delete(&mut self, key: &str) -> Result<()> {
        let deleted = self.resource.delete(&self.state[key], &ResourceOptions::default()).await;
        self.store(key, deleted.map(|_| None))
    }

    /// Plans one user, and carries it out if it is to; returns its outputs, as far as they are known.
    async fn user(&mut self, key: &str, inputs: &Value, applies: bool) -> Result<Value> {
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
        if let (Action::Replace, Some(id)) = (plan.action, prior.as_ref().and_then(Snapshot::id)) {
            let old = format!("{key} (replaced, {id})");
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

    async fn run(&mut self, applies: bool) -> Result<()> {
        let program = fs::read(self.dir.join("program.json")).context("`program.json` cannot be read")?;
        let program: BTreeMap<String, Value> = serde_json::from_slice(&program)?;
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
async fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [command, dir, more @ ..] = &arguments[..] else { bail!("give a command and a folder") };
    let (dir, file) = (PathBuf::from(dir), PathBuf::from(dir).join("state.json"));
    let state = if file.exists() { serde_json::from_slice(&fs::read(&file)?)? } else { BTreeMap::new() };
    let (saved, connect) = MemoryFile::open(dir.join("connect.json"))?;
    connect.add_any_instance(IdentityManagementType::ConnectManaged);
    let resource = Resource::new(PersistentConnect::new(connect, saved), Settings::default());
    let mut engine = Engine { resource, state, dir };
    match (command.as_str(), more) {
        ("plan" | "apply", []) => engine.run(command == "apply").await,
        ("drift", []) => {
            for (key, prior) in engine.state.clone() {
                let read = engine.resource.read(&prior).await?;
                println!("{key}: {}", if read.is_some() { "exists" } else { "is gone" });
                read.iter().flat_map(|read| &read.drift).for_each(|change| println!("  {}", change.path));
                engine.store(&key, Ok(read.map(|read| read.snapshot)))?;
            }
            Ok(())
        }
        ("import", [key, id]) => {
            let user = engine.resource.import(id).await?;
            let known = engine.state.iter().find(|(other, known)| *other == key || known.id() == user.id());
            ensure!(known.is_none(), "`{}` is recorded already", known.map_or("", |(other, _)| other));
            println!("{}", serde_json::to_string_pretty(&user.inputs)?);
            engine.store(key, Ok(Some(user)))
        }
        _ => bail!("the commands are `plan`, `apply`, `drift` and `import`"),
    }
}
