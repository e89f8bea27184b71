//! `convert`: the users of a file in another format.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anstyle::AnsiColor;
use connect_user::{
    interop::file::{FileDiagnostic, FileFormat, Mapping, ReadOptions, UserFile, WriteOptions, read, write},
    user::{InstanceId, Severity},
};
use serde_json::{Value, json};

use crate::{
    args::{Global, choice},
    failure::{Failure, Outcome},
    input, output, program,
};

pub const EXAMPLES: &str = "\
Examples:
  connect-user convert agents.csv --instance INSTANCE_ID > users.yaml
  connect-user convert terraform.tfstate > users.yaml
  connect-user convert users.yaml --to terraform > users.tf
  connect-user convert template.yaml --set InstanceArn=INSTANCE_ARN > users.yaml";

/// So many findings are told.
const MOST: usize = 100;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub file: FileArgs,
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
    pub file: PathBuf,
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
        check_place(path)?;
    }
    let file = args.file.read(global)?;
    tell_all(&file.mistakes())?;
    let options = WriteOptions::builder().passwords(args.with_passwords).build();
    let written = write(args.to, &file, &options).map_err(|error| Failure::told(&error))?;
    tell_all(&written.diagnostics)?;
    match (&args.imports, &written.imports) {
        (Some(path), Some(text)) => save(path, text)?,
        (Some(path), None) => {
            return Err(Failure::new(format!("there is nothing to write to `{}`", path.display()))
                .help(format!("leave `--imports` out: `{}` holds it, or no user exists yet", args.to)));
        }
        (None, Some(_)) => output::note("which existing users these are is written with `--imports PATH`"),
        (None, None) => {}
    }
    output::written(std::io::stdout().lock().write_all(written.text.as_bytes()));
    output::check_written()?;
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
        let instance = self.instance.as_ref().map(|instance| {
            let id = InstanceId::new(instance);
            id.check().map(|()| id)
        });
        let name = if input::is_stdin(&self.file) {
            "standard input".to_owned()
        } else {
            self.file.display().to_string()
        };
        let options = ReadOptions::builder()
            .file(name)
            .maybe_instance(instance.transpose()?)
            .values(values)
            .mapping(self.mapping()?)
            .build();
        let file = read(format, &bytes, &options);
        tell_all(&file.diagnostics)?;
        Ok(file)
    }

    fn mapping(&self) -> Outcome<Mapping> {
        let Some(path) = &self.mapping else { return Ok(Mapping::default()) };
        Mapping::read(&input::text(path, "mapping")?)
            .map_err(|error| Failure::told(&error).within(&input::name(path)))
    }
}

/// Refuses to write over what is no file of resources to import, such as the template.
fn check_place(path: &Path) -> Outcome<()> {
    input::require_regular(path, input::STILL_TO_BE_MADE)?;
    let is_imports = |text: String| {
        let resources: Option<Vec<Value>> = serde_json::from_str(&text).ok();
        resources.is_some_and(|resources| {
            resources.iter().all(|resource| resource.get("ResourceIdentifier").is_some())
        })
    };
    match path.exists() && !input::text(path, "file").is_ok_and(is_imports) {
        true => {
            let message = format!("`{}` is there, and is no file of resources to import", path.display());
            Err(Failure::new(message).help("give `--imports` another path, or remove the file"))
        }
        false => Ok(()),
    }
}

fn save(path: &Path, text: &str) -> Outcome<()> {
    fs::write(path, text).map_err(|error| {
        Failure::caused(format!("`{}` cannot be written", path.display()), &error).help("give another path")
    })
}

/// Tells what was found, and fails if there is an error among it.
pub fn tell_all(found: &[FileDiagnostic]) -> Outcome<()> {
    // Errors are what has to be mended: they are told first where not all is told.
    let mut sorted: Vec<&FileDiagnostic> = found.iter().collect();
    if sorted.len() > MOST {
        sorted.sort_by_key(|found| found.diagnostic.severity);
    }
    sorted.iter().take(MOST).for_each(|found| tell(found));
    if let Some(more) = sorted.len().checked_sub(MOST).filter(|more| *more > 0) {
        output::note(&format!("{more} more findings are not shown"));
    }
    match found.iter().any(|found| found.diagnostic.is_error()) {
        true => Err(Failure::said()),
        false => Ok(()),
    }
}

fn tell(found: &FileDiagnostic) {
    let FileDiagnostic { diagnostic, location, .. } = found;
    if output::is_json() {
        let mut line = json!(diagnostic);
        line["level"] = line["severity"].clone();
        if let (Some(line), Value::Object(location)) = (line.as_object_mut(), json!(location)) {
            line.extend(location);
        }
        return output::error_line(&line);
    }
    let style = match diagnostic.severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        _ => AnsiColor::Yellow.on_default(),
    };
    let kind = format!("{}[{}]", diagnostic.severity, diagnostic.code);
    let at = location.as_ref().map(ToString::to_string);
    output::tell(style, &kind, &diagnostic.text(), at.as_deref(), diagnostic.help.as_deref());
}
