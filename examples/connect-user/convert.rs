//! `convert`: the users of a file in another format.

use std::{collections::BTreeMap, path::PathBuf};

use connect_user::{
    interop::file::{FileDiagnostic, FileFormat, Mapping, ReadOptions, UserFile, WriteOptions, read, write},
    user::InstanceId,
};
use serde_json::Value;

use crate::{
    args::{Global, choice},
    failure::{Failure, Outcome},
    input, output, program,
};

/// So many findings are told.
const MOST: usize = 100;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    file: FileArgs,
    /// The format to write.
    #[arg(long, value_name = "FORMAT", default_value = "program", value_parser = choice::<FileFormat>(FileFormat::NAMES))]
    to: FileFormat,
    /// Write passwords, in clear text. Default: leave them out.
    #[arg(long)]
    with_passwords: bool,
    /// Where to write which existing users these are, for formats that keep it apart (`cloudformation`): a new file,
    /// or an earlier one of the kind. Default: nowhere.
    #[arg(long, value_name = "PATH")]
    imports: Option<PathBuf>,
}

/// A file of another tool.
#[derive(clap::Args)]
pub struct FileArgs {
    /// The file; `-` is standard input.
    file: PathBuf,
    /// The format of the file. Default: what its text looks like.
    #[arg(long, value_name = "FORMAT", value_parser = choice::<FileFormat>(FileFormat::NAMES))]
    from: Option<FileFormat>,
    /// The instance of users of which the file does not say it, by its id or ARN.
    #[arg(long)]
    instance: Option<String>,
    /// A file that says which column or attribute is which property (`columns`), what every user has (`defaults`), and
    /// the separator in cells.
    #[arg(long, value_name = "PATH")]
    mapping: Option<PathBuf>,
}

/// Writes the users of a file in another format.
pub fn convert(args: &Args, global: &Global) -> Outcome<()> {
    if let Some(path) = &args.imports {
        input::check_place(path, "--imports", "no file of resources to import", is_imports)?;
    }
    let file = args.file.read(global)?;
    tell_all(file.mistakes())?;
    let options = WriteOptions::builder().passwords(args.with_passwords).build();
    let written = write(args.to, &file, &options).map_err(|error| Failure::told(&error))?;
    tell_all(written.diagnostics)?;
    match (&args.imports, &written.imports) {
        (Some(path), Some(text)) => input::save(path, text)?,
        (Some(path), None) => {
            return Err(Failure::new(format!("there is nothing to write to `{}`", path.display()))
                .help(format!("leave `--imports` out: `{}` holds it, or no user exists yet", args.to)));
        }
        (None, Some(_)) => output::note("which existing users these are is written with `--imports PATH`"),
        (None, None) => {}
    }
    output::file(&written.text)?;
    output::note(&format!("{} converted", output::users(file.users.len())));
    Ok(())
}

impl FileArgs {
    /// The users of the file. What is wrong with the file ends the command.
    pub fn read(&self, global: &Global) -> Outcome<UserFile> {
        let bytes = input::text(&self.file, "file")?.into_bytes();
        let format = self.from.or_else(|| FileFormat::detect(&bytes)).ok_or_else(|| {
            Failure::new(format!("{} looks like no format that is read", input::name(&self.file)))
                .help(format!("give `--from` with one of `{}`", FileFormat::NAMES.join("`, `")))
        })?;
        let values = program::assignments(global)?.into_iter();
        let values: BTreeMap<_, _> = values.map(|given| (given.reference, given.value)).collect();
        let instance = self.instance.as_ref().map(InstanceId::new);
        instance.iter().try_for_each(InstanceId::check)?;
        let mapping = self.mapping.as_ref().map(|path| {
            Mapping::read(&input::text(path, "mapping")?)
                .map_err(|error| Failure::told(&error).within(&input::name(path)))
        });
        let options = ReadOptions::builder()
            .file(input::name(&self.file).trim_matches('`'))
            .maybe_instance(instance)
            .values(values)
            .mapping(mapping.transpose()?.unwrap_or_default())
            .build();
        let mut file = read(format, &bytes, &options);
        tell_all(std::mem::take(&mut file.diagnostics))?;
        Ok(file)
    }
}

/// Whether a text is a file of resources to import.
fn is_imports(text: &str) -> bool {
    let resources: Option<Vec<Value>> = serde_json::from_str(text).ok();
    let is_one = |resource: &Value| resource.get("ResourceIdentifier").is_some();
    resources.is_some_and(|resources| resources.iter().all(is_one))
}

/// Tells what was found, and fails if there is an error among it: errors are told first where not all is told.
fn tell_all(mut found: Vec<FileDiagnostic>) -> Outcome<()> {
    if found.len() > MOST {
        found.sort_by_key(|found| found.diagnostic.severity);
    }
    let shown = found.len().min(MOST);
    let told = output::found(&found[..shown], false);
    if found.len() > shown {
        output::note(&format!("{} more findings are not shown", found.len() - shown));
    }
    told
}
