//! A small engine: a program and a state in files, unknown values, plan, apply, import, drift.
//!
//! In `DIR/program.json`, `${KEY.OUTPUT}` is an output of an earlier key. For the real service, use `AwsConnect`
//! instead of `DIR/connect.json`.

use std::{collections::BTreeMap, env, ffi::OsString, fs, path::Path};

use anyhow::{Context, Result, bail, ensure};
use connect_user::{
    client::memory::{MemoryFile, PersistentConnect},
    diff::{Action, ReplacementOrder},
    engine::{Failure, Naming, Resource, ResourceOptions, Snapshot},
    user::{IdentityManagementType, Settings, Value},
};

const USAGE: &str =
    "write `plan DIR`, `apply DIR`, `drift DIR`, or `import DIR KEY ID` for a user that exists";

struct Engine {
    resource: Resource,
    state: BTreeMap<String, Snapshot>,
}

impl Engine {
    /// Stores the state of a user, also after a failure. The file is written completely or not at all.
    fn store(&mut self, key: &str, result: Result<Option<Snapshot>, Failure>) -> Result<()> {
        let (snapshot, failure) = result.map_or_else(Failure::split, |snapshot| (snapshot, None));
        self.state.remove(key);
        self.state.extend(snapshot.map(|user| (key.to_owned(), self.resource.without_secrets(user))));
        fs::write("state.json.new", serde_json::to_string_pretty(&self.state)?)?;
        fs::rename("state.json.new", "state.json")?;
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

    async fn run(&mut self, program: &[u8], applies: bool) -> Result<()> {
        let program: BTreeMap<String, Value> = serde_json::from_slice(program)?;
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
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let arguments: Option<Vec<&str>> = arguments.iter().map(|argument| argument.to_str()).collect();
    let arguments = arguments.context("an argument is not UTF-8 text")?;
    let (["plan" | "apply" | "drift", dir] | ["import", dir, _, _]) = arguments[..] else { bail!(USAGE) };
    env::set_current_dir(dir).with_context(|| format!("`{dir}` is no folder with a `program.json`"))?;
    let program = fs::read("program.json").context("`program.json`, the inputs by key, cannot be read")?;
    let file = Path::new("state.json");
    let state = if file.exists() { serde_json::from_slice(&fs::read(file)?)? } else { BTreeMap::new() };
    let (saved, connect) = MemoryFile::open("connect.json")?;
    connect.add_any_instance(IdentityManagementType::ConnectManaged);
    let resource = Resource::new(PersistentConnect::new(connect, saved), Settings::default());
    let mut engine = Engine { resource, state };
    match arguments[..] {
        [_, _, key, id] => {
            let user = engine.resource.import(id).await?;
            let known = engine.state.iter().find(|(other, known)| *other == key || known.id() == user.id());
            ensure!(known.is_none(), "`{}` is recorded already", known.map_or("", |(other, _)| other));
            println!("{}", serde_json::to_string_pretty(&user.inputs)?);
            engine.store(key, Ok(Some(user)))
        }
        ["drift", _] => {
            for (key, prior) in engine.state.clone() {
                let read = engine.resource.read(&prior).await?;
                println!("{key}: {}", if read.is_some() { "exists" } else { "is gone" });
                read.iter().flat_map(|read| &read.drift).for_each(|change| println!("  {}", change.path));
                engine.store(&key, Ok(read.map(|read| read.snapshot)))?;
            }
            Ok(())
        }
        _ => engine.run(&program, arguments.first() == Some(&"apply")).await,
    }
}
