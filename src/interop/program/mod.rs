//! Reads Pulumi YAML programs, and such programs as JSON: their users, the references of the users, and their order.
//!
//! Resources of the type `aws:connect:User` are users; of all other resources, only the name and the type are used.
//! References (`${name.property}`) to variables, configuration and other users are resolved. Values that only Pulumi
//! knows, such as the result of a function or an output of another resource, are given by an [`Assignment`] or stay
//! unknown.
//!
//! ```
//! use connect_user::interop::program::{Program, Scope, Source};
//!
//! let text = r#"
//! variables: {centre: 1c2d}
//! resources:
//!   ana:
//!     type: aws:connect:User
//!     properties:
//!       instanceId: ${centre}
//!       name: ana
//!       routingProfileId: 7a9b
//!       securityProfileIds: [5e6f]
//!       phoneConfig: {phoneType: SOFT_PHONE}
//! "#;
//! let program = Program::read(Source::new("users.yaml", text), &[])?;
//! for user in program.in_order() {
//!     let evaluated = program.evaluate(user, &Scope::default())?;
//!     assert_eq!((user.name(), evaluated.spec.instance_id.known().map(|id| id.as_str())), ("ana", Some("1c2d")));
//! }
//! # Ok::<(), connect_user::interop::program::ProgramError>(())
//! ```

mod at;
mod check;
mod definitions;
mod distinct;
mod document;
mod error;
mod evaluate;
mod evaluated;
mod location;
mod option_value;
mod options;
mod order;
mod outputs;
mod reader;
mod reference;
mod resource;
mod schema;
mod scope;
mod shape;
mod source;
mod spelled;
mod values;
mod write;
mod yaml;

pub(in crate::interop) use evaluated::{shaped, take_form, take_shape};
pub(in crate::interop) use location::Tree;
pub(in crate::interop) use reference::{Part, Step};
pub(in crate::interop) use source::is_configuration;
pub(in crate::interop) use spelled::{place_of, value_at};
pub(in crate::interop) use write::{json_line, without_references};
pub(in crate::interop) use yaml::{read as read_yaml, unreadable};

pub use error::ProgramError;
pub use evaluated::{Evaluated, Unresolved};
pub use location::Location;
pub use options::ProgramOptions;
pub use reader::{PartlyRead, Program};
pub use resource::ProgramResource;
pub use schema::program_schema;
pub use scope::Scope;
pub use source::Source;
pub use values::Assignment;
pub(in crate::interop) use values::what_takes_values;
pub use write::{WrittenResource, readable_json};
