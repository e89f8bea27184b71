//! The handshake: environment variables from Terraform, and the line with which a provider answers.

use std::{env, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use rustls::pki_types::{CertificateDer, pem::PemObject};

/// The environment variable by which a provider knows that Terraform started it, and not a person by mistake.
const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// The version of the protocol.
const PROTOCOL: &str = "6";

/// The data from Terraform.
pub struct Handshake {
    /// The certificate with which Terraform authenticates.
    pub client: CertificateDer<'static>,
}

impl Handshake {
    pub fn from_environment() -> Result<Self, String> {
        if env::var(COOKIE.0).as_deref() != Ok(COOKIE.1) {
            return Err("this is a provider that Terraform starts, and does nothing by itself; the page \
                        \"Embedding in your tool\" says how to install it"
                .to_owned());
        }
        let versions = env::var("PLUGIN_PROTOCOL_VERSIONS").unwrap_or_else(|_| PROTOCOL.to_owned());
        if !versions.split(',').any(|version| version == PROTOCOL) {
            return Err(format!("this provider speaks protocol {PROTOCOL}, and Terraform only {versions}"));
        }
        let pem = env::var("PLUGIN_CLIENT_CERT")
            .map_err(|_| "Terraform gave no certificate: versions from 0.12 on do".to_owned())?;
        let client = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|error| format!("Terraform's certificate cannot be read: {error:?}"))?;
        Ok(Self { client })
    }

    /// The line for Terraform: version of go-plugin, version of the protocol, network, address, form, certificate.
    pub fn line(&self, socket: &Path, certificate: &CertificateDer<'_>) -> String {
        let certificate = STANDARD_NO_PAD.encode(certificate);
        format!("1|{PROTOCOL}|unix|{}|grpc|{certificate}", socket.display())
    }
}
