//! The real Amazon Connect, through the AWS SDK for Rust.
