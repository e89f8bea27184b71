//! The certificates of the authorities to trust: a file that cannot be right is an error, before any call.

use connect_user::client::aws::{AccessKey, AwsConnect, AwsSettings, AwsSettingsError};

/// A certificate that nobody uses.
const CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----
MIIBdDCCARugAwIBAgIUBMg9t3rzYvFVrXhCseEXLuHBtGowCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjYwNjM2MTZaGA8yMTI2MTEwMjA2MzYx
NlowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABCGu
x4au9aX7O2FPU2bsxfIa1zm3pBqQ/gqYmavIcJ6hblEFnQJzkxJvz2zR5g1Jb2vT
a/YbkYJzxeWqyyxxgZOjUzBRMB0GA1UdDgQWBBQ6vW7LNgifRsvr1Mx0OxYe2jGA
ozAfBgNVHSMEGDAWgBQ6vW7LNgifRsvr1Mx0OxYe2jGAozAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0cAMEQCIFBMv2a7vyuyC+/+y0I1wtgS2eNTPrVLuGhp
peKjUPfvAiAFbfzDCmdMA08bi6xrTX/8N/BqHVE8BL070FJRFnto6A==
-----END CERTIFICATE-----
";

async fn connect(certificates: &[u8]) -> Result<AwsConnect, AwsSettingsError> {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("ca.pem");
    std::fs::write(&file, certificates).expect("a file");
    let settings = AwsSettings::builder()
        .region("us-west-2")
        .access_key(AccessKey::builder().id("AKID").secret("secret").build())
        .ca_bundle(file.to_str().expect("a path"))
        .build();
    AwsConnect::from_environment(&settings).await
}

#[tokio::test]
async fn certificates_are_read_with_whatever_stands_around_them() {
    let commented =
        [b"# Zertifizierungsstelle f\xfcr alle\n", CERTIFICATE.as_bytes(), b"\n", CERTIFICATE.as_bytes()];
    for certificates in [CERTIFICATE.as_bytes().to_vec(), commented.concat()] {
        connect(&certificates).await.expect("a client");
    }
}

#[tokio::test]
async fn what_is_no_certificate_is_an_error_that_says_which() {
    let section = |body: &str| format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    for (certificates, said) in [
        (String::new(), "there is no certificate in it"),
        ("no certificate".to_owned(), "there is no certificate in it"),
        (key.to_owned(), "there is no certificate in it"),
        ("-----BEGIN CERTIFICATE-----".to_owned(), "certificate 1: "),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n".to_owned(), "certificate 1: "),
        (section("garbage, not base64!"), "certificate 1: "),
        (section("AAAA"), "certificate 1: "),
        (section(""), "certificate 1: "),
        (format!("{CERTIFICATE}{}", section("AAAA")), "certificate 2: "),
        (format!("{CERTIFICATE}{CERTIFICATE}-----BEGIN CERTIFICATE-----\n"), "certificate 3: "),
    ] {
        let error = connect(certificates.as_bytes()).await.expect_err(&certificates);
        let AwsSettingsError::CaBundle { path, reason } = &error else { panic!("{certificates}: {error}") };
        assert!(path.ends_with("ca.pem") && reason.starts_with(said), "{certificates}: {error}");
    }
}
