//! The certificate authorities to trust, from a file.

use std::fs;

use aws_sdk_connect::config::SharedHttpClient;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

use super::AwsSettingsError;
use crate::user::with_causes;

/// Returns an HTTP client that trusts only the certificates in a file.
pub(super) fn trusting(path: &str) -> Result<SharedHttpClient, AwsSettingsError> {
    let failed = |reason: String| AwsSettingsError::CaBundle { path: path.to_owned(), reason };
    let pem = fs::read(path).map_err(|error| failed(error.to_string()))?;
    check(&pem).map_err(failed)?;
    let store = TrustStore::empty().with_pem_certificate(pem);
    let context = TlsContext::builder().with_trust_store(store).build();
    let context = context.map_err(|error| failed(with_causes(&error)))?;
    let builder = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    Ok(builder.tls_context(context).build_https())
}

/// Reads the certificates as the SDK will. The SDK panics if a certificate is malformed, and trusts no server if there
/// is none.
fn check(pem: &[u8]) -> Result<(), String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let number = roots.len() + 1;
        let certificate = certificate.map_err(|error| format!("certificate {number}: {error}"))?;
        roots.add(certificate).map_err(|error| format!("certificate {number}: {error}"))?;
    }
    match roots.is_empty() {
        true => Err("there is no certificate in it".to_owned()),
        false => Ok(()),
    }
}
