//! Writes users in all formats.

use std::{collections::HashSet, fmt, io};

use super::{
    super::{
        format::FileFormat,
        users::{FileUser, UserFile},
    },
    cloudformation::Template,
    hcl::Configuration,
    options::{WriteOptions, Written, WrittenFile},
    program::{JsonProgram, YamlProgram},
    table::Table,
    writing::{Form, Writing},
};
use crate::user::{Code, Diagnostic};

/// Declares the formats that can be written, each with its form.
macro_rules! written {
    ($($format:ident => $form:expr),+ $(,)?) => {
        impl FileFormat {
            /// The formats that can be written. The others are read only.
            pub const WRITTEN: &[Self] = &[$(Self::$format),+];

            /// The names of the formats that can be written, in the order of [`WRITTEN`](Self::WRITTEN).
            pub const WRITTEN_NAMES: &[&str] = &[$(Self::$format.as_str()),+];
        }

        fn form(format: FileFormat, names: &[String]) -> Option<Box<dyn Form + Send>> {
            match format {
                $(FileFormat::$format => Some(Box::new($form(names))),)+
                _ => None,
            }
        }
    };
}

written! {
    Program => YamlProgram::new,
    ProgramJson => JsonProgram::new,
    Terraform => Configuration::new,
    CloudFormation => Template::new,
    Csv => Table::plain,
    ConsoleCsv => Table::console,
}

/// Writes users in a format.
///
/// [`WrittenFile::diagnostics`] reports inputs that the format cannot hold, and that passwords are left out. Unknown
/// values become configuration values, variables or parameters with the name of the reference. The properties of a user
/// are written in the order of [`Property`](crate::user::Property).
///
/// # Errors
///
/// A diagnostic with the code [`invalid-file`](Code::INVALID_FILE) if the format is read only.
///
/// ```
/// use connect_user::interop::file::{FileFormat, ReadOptions, WriteOptions, read, write};
///
/// let answer = r#"{"User": {"Username": "jane", "Arn": "arn:aws:connect:eu-west-2:111122223333:instance/1c2d/agent/u1",
///     "RoutingProfileId": "r1", "SecurityProfileIds": ["s1"], "PhoneConfig": {"PhoneType": "SOFT_PHONE"}}}"#;
/// let file = read(FileFormat::AwsCli, answer.as_bytes(), &ReadOptions::default());
/// let program = write(FileFormat::Program, &file, &WriteOptions::default())?;
/// assert!(program.text.contains("import: \"1c2d:u1\""));
/// # Ok::<(), Box<connect_user::user::Diagnostic>>(())
/// ```
pub fn write(
    format: FileFormat,
    file: &UserFile,
    options: &WriteOptions,
) -> Result<WrittenFile, Box<Diagnostic>> {
    let names = file.users.iter().map(|user| user.name.clone());
    let mut writer = FileWriter::new(format, names, *options, Vec::new())?;
    // Writing to memory cannot fail.
    let _ = file.users.iter().try_for_each(|user| writer.write(user));
    let (text, written) = writer.finish().unwrap_or_default();
    let Written { imports, diagnostics } = written;
    Ok(WrittenFile { text: String::from_utf8(text).unwrap_or_default(), imports, diagnostics })
}

/// Writes users in a format, one by one, so that a file of many users is never in memory as a whole.
///
/// ```
/// use std::io::Cursor;
///
/// use connect_user::interop::file::{FileFormat, FileItem, FileWriter, ReadOptions, WriteOptions, read_each};
///
/// let mut table = Cursor::new("user login,routing profile name\njane,Agents\nteo,Agents\n");
/// let options = ReadOptions::default();
/// // Users may refer to those behind them, so their names are known first.
/// let mut names = Vec::new();
/// read_each(FileFormat::Csv, &mut table, &options, |item| {
///     if let FileItem::User(user) = item {
///         names.push(user.name);
///     }
/// });
/// let mut writer = FileWriter::new(FileFormat::Program, names, WriteOptions::default(), Vec::new())?;
/// let mut result = Ok(());
/// read_each(FileFormat::Csv, &mut table, &options, |item| {
///     if let (FileItem::User(user), true) = (item, result.is_ok()) {
///         result = writer.write(&user);
///     }
/// });
/// result?;
/// let (text, _) = writer.finish()?;
/// assert!(String::from_utf8(text)?.starts_with("resources:\n  \"jane\":\n    type: aws:connect:User\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct FileWriter<W> {
    out: W,
    form: Box<dyn Form + Send>,
    writing: Writing,
    has_begun: bool,
}

impl<W: io::Write> FileWriter<W> {
    /// Returns a writer of users with these resource names. It writes to `out` once for each user, without a buffer.
    ///
    /// # Errors
    ///
    /// A diagnostic with the code [`invalid-file`](Code::INVALID_FILE) if the format is read only.
    pub fn new(
        format: FileFormat,
        names: impl IntoIterator<Item = String>,
        options: WriteOptions,
        out: W,
    ) -> Result<Self, Box<Diagnostic>> {
        let names: Vec<String> = names.into_iter().collect();
        let form = form(format, &names).ok_or_else(|| {
            let message = format!("the format `{format}` is read and not written");
            let help = format!("write one of `{}`", FileFormat::WRITTEN_NAMES.join("`, `"));
            Box::new(Diagnostic::new(Code::INVALID_FILE, message).with_help(help))
        })?;
        let writing = Writing::new(names.into_iter().collect::<HashSet<_>>(), options);
        Ok(Self { out, form, writing, has_begun: false })
    }

    /// Writes a user.
    ///
    /// # Errors
    ///
    /// Errors of `out`, and [`InvalidInput`](io::ErrorKind::InvalidInput) for a user whose resource name was not given
    /// to [`new`](Self::new).
    pub fn write(&mut self, user: &FileUser) -> io::Result<()> {
        if !self.writing.has(&user.name) {
            let message = format!("the resource name `{}` was not given to the writer", user.name);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        self.begin()?;
        let text = self.form.user(user, &mut self.writing);
        self.out.write_all(text.as_bytes())
    }

    /// Writes the end of the file, and returns `out` with the other results.
    ///
    /// # Errors
    ///
    /// Errors of `out`.
    pub fn finish(mut self) -> io::Result<(W, Written)> {
        self.begin()?;
        let text = self.form.end(&mut self.writing);
        self.out.write_all(text.as_bytes())?;
        self.out.flush()?;
        let (imports, diagnostics) = self.writing.finish();
        Ok((self.out, Written { imports, diagnostics }))
    }

    fn begin(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.has_begun, true) {
            return Ok(());
        }
        let text = self.form.begin();
        self.out.write_all(text.as_bytes())
    }
}

impl<W> fmt::Debug for FileWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileWriter").finish_non_exhaustive()
    }
}
