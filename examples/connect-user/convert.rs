//! `convert`: writes the users of a file in another format.

use std::{
    collections::BTreeMap,
    io::{BufWriter, Read},
    path::PathBuf,
};

use connect_user::{
    interop::file::{
        FileFormat, FileItem, FileWriter, Findings, Mapping, ReadOptions, UserFile, WriteOptions, read_each,
    },
    user::{InstanceId, counted},
};
use serde_json::Value;

use crate::{
    args::{Global, choice},
    failure::{Failure, Outcome},
    input::{self, ReadSeek},
    output::{self, Form},
    program,
    written::{self, WholeFile},
};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    file: FileArgs,
    /// The format to write.
    #[arg(long, value_name = "FORMAT", default_value = "program", value_parser = choice::<FileFormat>(FileFormat::WRITTEN_NAMES))]
    to: FileFormat,
    /// Write passwords, in clear text. Default: leave them out.
    #[arg(long)]
    with_passwords: bool,
    /// Where to write which existing users these are, for formats that keep it apart (`cloudformation`): a new file,
    /// or an earlier one, which is replaced. Default: nowhere.
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
    /// The instance of users of which the file does not say it, by its id or ARN. The ARN makes those of users that the
    /// file imports. Default: not known.
    #[arg(long)]
    instance: Option<String>,
    /// A file that says which column or attribute is which property (`columns`), what every user has (`defaults`), and
    /// the separator in cells. Default: what the names of columns and attributes tell.
    #[arg(long, value_name = "PATH")]
    mapping: Option<PathBuf>,
}

/// Writes the users of a file in another format, user by user.
pub fn convert(args: &Args, global: &Global) -> Outcome<()> {
    if let Some(path) = &args.imports {
        written::check_place(path, "--imports", global, "no file of resources to import", is_imports)?;
    }
    let mut file = args.file.open(global)?;
    // The file is read twice: users may refer to later users, and nothing is written if the file has errors.
    let (mut names, mut found) = (Vec::new(), Findings::new(output::MOST));
    let (mut do_exist, mut has_arns) = (false, false);
    file.each(|item| match item {
        FileItem::User(user) => {
            do_exist |= user.options.import.is_some();
            has_arns |= user.arn.is_some();
            found.add_mistakes(&user);
            names.push(user.name);
        }
        FileItem::Diagnostic(told) => found.add(told),
    });
    output::found(found, Form::File)?;
    let count = names.len();
    let options = WriteOptions::builder().passwords(args.with_passwords).build();
    let out = BufWriter::new(std::io::stdout().lock());
    let mut writer = FileWriter::new(args.to, names, options, out).map_err(|error| Failure::told(&error))?;
    let imports = match &args.imports {
        None => None,
        Some(path) => {
            let help = match args.to {
                FileFormat::CloudFormation if has_arns => None,
                FileFormat::CloudFormation if do_exist => {
                    Some("the ARNs of the users are not known: give `--instance ARN`".to_owned())
                }
                FileFormat::CloudFormation => Some("leave `--imports` out: no user exists yet".to_owned()),
                FileFormat::Csv | FileFormat::ConsoleCsv => Some(
                    "leave `--imports` out: a table does not say which users exist; `adopt` finds them by name"
                        .to_owned(),
                ),
                to => Some(format!("leave `--imports` out: `{to}` says itself which users exist")),
            };
            if let Some(help) = help {
                let message = format!("there is nothing to write to `{}`", path.display());
                return Err(Failure::new(message).help(help));
            }
            Some(WholeFile::at(path)?)
        }
    };
    let (mut result, mut is_changed) = (Ok(()), false);
    file.each(|item| match item {
        FileItem::User(user) if result.is_ok() => result = writer.write(&user),
        FileItem::User(_) => {}
        FileItem::Diagnostic(found) => is_changed |= found.diagnostic.is_error(),
    });
    if is_changed {
        let message = format!("{} was changed while it was read", input::name(&args.file.file));
        return Err(Failure::new(message).help("give it again once no program writes to it"));
    }
    let written = match result.and_then(|()| writer.finish()) {
        Ok((_, written)) => written,
        Err(error) => {
            output::written(Err(error));
            return output::check_written();
        }
    };
    output::check_written()?;
    output::found(written.diagnostics.into(), Form::File)?;
    match (imports, &written.imports) {
        (Some(file), Some(text)) => file.write(text)?,
        (None, Some(_)) => output::note("which existing users these are is written with `--imports PATH`"),
        _ => {}
    }
    output::note(&format!("{} converted", counted(count, "user")));
    Ok(())
}

/// An open file of another tool, with its format and the options of reading.
struct OpenFile {
    format: FileFormat,
    options: ReadOptions,
    bytes: Box<dyn ReadSeek>,
}

impl OpenFile {
    /// Reads the users, from the first on.
    fn each(&mut self, each: impl FnMut(FileItem)) {
        read_each(self.format, &mut self.bytes, &self.options, each);
    }
}

impl FileArgs {
    /// Reads the users of the file. Fails if the file has errors.
    pub fn read(&self, global: &Global) -> Outcome<UserFile> {
        let (mut file, mut found) = (UserFile::default(), Findings::new(output::MOST));
        self.open(global)?.each(|item| match item {
            FileItem::User(user) => file.users.push(user),
            FileItem::Diagnostic(told) => found.add(told),
        });
        output::found(found, Form::File)?;
        Ok(file)
    }

    fn open(&self, global: &Global) -> Outcome<OpenFile> {
        let mut bytes = input::open_again(&self.file, "file")?;
        let format = match self.from {
            Some(format) => format,
            None => self.detect(&mut *bytes)?,
        };
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
        Ok(OpenFile { format, options, bytes })
    }

    /// Detects the format of the file.
    fn detect(&self, file: &mut dyn ReadSeek) -> Outcome<FileFormat> {
        let mut bytes = Vec::new();
        let mut read = |most: u64| {
            let read = file.take(most).read_to_end(&mut bytes);
            read.map(|_| FileFormat::detect(&bytes))
                .map_err(|error| input::unreadable(&self.file, "file", &error))
        };
        // The beginning of the file is nearly always enough.
        let format = read(1 << 16)?;
        if let Some(format) = format.map_or_else(|| read(u64::MAX), |format| Ok(Some(format)))? {
            return Ok(format);
        }
        let name = input::name(&self.file);
        Err(match bytes.trim_ascii().is_empty() {
            true => Failure::new(format!("{name} is empty")).help("give a file with users"),
            false => Failure::new(format!("{name} looks like no format that is read"))
                .help(format!("give `--from` with one of `{}`", FileFormat::NAMES.join("`, `"))),
        })
    }
}

/// Whether a text is a file of resources to import.
fn is_imports(text: &str) -> bool {
    let resources: Option<Vec<Value>> = serde_json::from_str(text).ok();
    let is_one = |resource: &Value| resource.get("ResourceIdentifier").is_some();
    resources.is_some_and(|resources| resources.iter().all(is_one))
}
