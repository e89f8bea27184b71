//! Reads and writes users in files of other tools.
//!
//! For teams that have their users in a spreadsheet, an export, a state, a template or a backup: [`read`](fn@read)
//! reads any [`FileFormat`] and returns a [`UserFile`], and [`write`](fn@write) writes it in another format.
//! [`read_each`] and [`FileWriter`] do this user by user, for large files. [`adopt`](fn@adopt) finds the users in their
//! instances and records them.
//!
//! ```
//! use connect_user::interop::file::{FileFormat, ReadOptions, read};
//!
//! let text = "user login,first name,last name,routing profile name,security_profile_name_1|security_profile_name_2,\
//!             phone type (soft/desk),user_hierarchy_1|user_hierarchy_2\r\n\
//!             jane,Jane,Roe,Basic Routing Profile,Agent|QualityAnalyst,soft,Europe|Berlin\r\n";
//! let options = ReadOptions::builder().file("agents.csv").instance("1c2d".into()).build();
//! let file = read(FileFormat::Csv, text.as_bytes(), &options);
//! assert!(file.is_valid());
//! let spec = file.users[0].spec()?;
//! assert_eq!(spec.hierarchy_group_id.unwrap().known().unwrap().as_str(), "path:Europe/Berlin");
//! # Ok::<(), connect_user::user::DecodeErrors>(())
//! ```

mod adopt;
mod adopted;
mod adopting;
mod api;
mod arns;
mod cell;
mod cloudformation;
mod columns;
mod document;
mod existing;
mod expression;
mod findings;
mod format;
mod inputs;
mod intrinsic;
mod losses;
mod mapping;
mod options;
mod outline;
mod program;
mod properties;
mod pulumi;
mod read;
mod reading;
mod row;
mod scim;
mod source;
mod table;
mod tagged;
mod terraform;
mod users;
mod walk;
mod write;

pub use adopt::{AdoptOutcome, AdoptedUser, Adoption, adopt};
pub use adopted::AdoptionTotals;
pub use adopting::{AdoptError, AdoptOptions, AdoptOptionsBuilder};
pub use findings::Findings;
pub use format::FileFormat;
pub use mapping::Mapping;
pub use options::{ReadOptions, ReadOptionsBuilder};
pub use read::{read, read_each};
pub use users::{FileDiagnostic, FileItem, FileReference, FileUser, UserFile};
pub use write::{FileWriter, WriteOptions, WriteOptionsBuilder, Written, WrittenFile, write};
