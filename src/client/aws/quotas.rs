//! The rates that the quotas of the account allow, from Service Quotas.
//!
//! Another SDK would be needed for one call. Instead, the client of Amazon Connect makes the call: its request is
//! changed into a request to Service Quotas before it is signed.

use std::{collections::BTreeMap, error::Error, io};

use aws_sdk_connect::{
    config::{
        ConfigBag, Intercept, RuntimeComponents, http::HttpRequest,
        interceptors::BeforeTransmitInterceptorContextMut,
    },
    error::BoxError,
};
use aws_smithy_types::body::SdkBody;
use aws_types::SigningName;
use serde_json::{Value, json};

use super::{
    AwsConnect,
    account_rates::AccountRates,
    error::{chain, client_error, incomplete},
    raw::RawAnswer,
    to_sdk::Sent,
};
use crate::{
    client::{
        error::{ClientError, ClientResult, ErrorKind},
        rate::{RateBasis, Rates},
        rate_source::RateSource,
    },
    user::{Code, Diagnostic, Operation},
};

impl AwsConnect {
    /// Returns the rates of this source; only those of the [account](RateSource::Account) need calls.
    pub async fn rates(&self, source: RateSource) -> AccountRates {
        match source.known() {
            Some(rates) => AccountRates { rates, notice: None },
            None => self.account_rates().await,
        }
    }

    /// Returns the rates that the quotas of the account and Region allow, as Service Quotas lists them: one call per
    /// hundred quotas, made once for this client and its clones. If the caller may not list the quotas
    /// (`servicequotas:ListServiceQuotas`), or they cannot be read, the rates are the safe default, and a notice says
    /// why. After a temporary failure, such as an error of the service, the next call tries again.
    ///
    /// With an endpoint URL of its own, the client reads the quotas there too. With a FIPS endpoint (`connect-fips.…`)
    /// it does not read them, because Service Quotas has no matching endpoint: the rates are the safe default, with a
    /// notice.
    pub async fn account_rates(&self) -> AccountRates {
        let mut known = self.account_rates.lock().await;
        if let Some(known) = &*known {
            return known.clone();
        }
        let (read, is_lasting) = match self.list_rates().await {
            Ok(quotas) => {
                (AccountRates { rates: Rates::of_quotas(quotas, RateBasis::Account), notice: None }, true)
            }
            Err(error) => {
                let rates = AccountRates { rates: Rates::default(), notice: Some(not_known(&error)) };
                (rates, matches!(error.kind(), ErrorKind::AccessDenied | ErrorKind::Unsupported))
            }
        };
        if is_lasting {
            *known = Some(read.clone());
        }
        read
    }

    /// Returns the quotas that are rates of operations, in calls a second.
    async fn list_rates(&self) -> ClientResult<BTreeMap<Operation, f64>> {
        let mut rates = BTreeMap::new();
        let mut token = None;
        for _ in 0..MOST_PAGES {
            let page = self.page_of_quotas(token.as_deref()).await?;
            let quotas = page.get("Quotas").and_then(Value::as_array);
            let quotas = quotas.ok_or_else(|| incomplete(Operation::DescribeInstance, "Quotas", None))?;
            rates.extend(quotas.iter().filter_map(rate));
            token = page
                .get("NextToken")
                .and_then(Value::as_str)
                .filter(|token| !token.is_empty())
                .map(str::to_owned);
            if token.is_none() {
                break;
            }
        }
        Ok(rates)
    }

    async fn page_of_quotas(&self, token: Option<&str>) -> ClientResult<Value> {
        // The endpoint of this call must not appear in the messages of other calls.
        let aws = Self::with(self.config.clone());
        let raw = RawAnswer::default();
        let body = json!({ "ServiceCode": "connect", "MaxResults": 100, "NextToken": token });
        let call = aws.client.describe_instance().instance_id("quotas").customize();
        let call = call.map_request(into_quotas(without_null(body))).interceptor(SignedForQuotas);
        let sent = call.interceptor(raw.clone()).send().await;
        sent.map_err(|error| match chain(&error).any(has_no_url) {
            true => ClientError::new(Operation::DescribeInstance, ErrorKind::Unsupported),
            false => client_error(Operation::DescribeInstance, &error, &Sent::default(), &aws.endpoint),
        })?;
        Ok(raw.value())
    }
}

/// More pages than there are quotas.
const MOST_PAGES: usize = 20;

/// Returns the rate of a quota such as `Rate of CreateUser API requests`, if it is one of the operations on users.
fn rate(quota: &Value) -> Option<(Operation, f64)> {
    let name: Vec<&str> = quota.get("QuotaName")?.as_str()?.split_whitespace().collect();
    let ["Rate", "of", operation, "API", "requests"] = name[..] else { return None };
    Some((operation.parse().ok()?, quota.get("Value")?.as_f64()?))
}

fn not_known(error: &ClientError) -> Diagnostic {
    let (help, why) = match error.kind() {
        ErrorKind::AccessDenied => {
            ("allow `servicequotas:ListServiceQuotas`, or give the rates", "it is not allowed")
        }
        ErrorKind::Unsupported => (
            "look the quotas up, and give the rates",
            "no endpoint of Service Quotas is known to keep to FIPS 140",
        ),
        _ => (error.help(), error.message().or(error.code()).unwrap_or("the call failed")),
    };
    let message = format!("the quotas of the account were not read: {why}; 2 calls a second are assumed");
    Diagnostic::new(Code::NOT_CHECKED, message).with_help(help)
}

fn without_null(mut body: Value) -> String {
    if let Some(members) = body.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    body.to_string()
}

/// Changes a request to Amazon Connect into a request that lists quotas.
fn into_quotas(body: String) -> impl Fn(HttpRequest) -> io::Result<HttpRequest> + Send + Sync + 'static {
    move |mut request: HttpRequest| {
        let uri = quotas_url(request.uri()).ok_or(io::ErrorKind::Unsupported)?;
        request.set_uri(uri).map_err(io::Error::other)?;
        request.set_method("POST").map_err(io::Error::other)?;
        let headers = request.headers_mut();
        headers.insert("content-type", "application/x-amz-json-1.1");
        headers.insert("x-amz-target", "ServiceQuotasV20190624.ListServiceQuotas");
        headers.insert("content-length", body.len().to_string());
        *request.body_mut() = SdkBody::from(body.as_str());
        Ok(request)
    }
}

/// Whether there was no URL for the changed request.
fn has_no_url(cause: &(dyn Error + 'static)) -> bool {
    cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::Unsupported)
}

/// Returns the URL of Service Quotas that matches a URL of Amazon Connect; the same host if the URL is not one of
/// AWS's. `None` for a FIPS endpoint: the matching endpoint of Service Quotas may not comply with FIPS 140.
fn quotas_url(connect: &str) -> Option<String> {
    let (scheme, rest) = connect.split_once("://").unwrap_or(("https", connect));
    let host = rest.split('/').next().unwrap_or_default();
    if host.starts_with("connect-fips.") {
        return None;
    }
    Some(match host.strip_prefix("connect.") {
        Some(region) => format!("{scheme}://servicequotas.{region}/"),
        None => format!("{scheme}://{host}/"),
    })
}

/// Signs a request for Service Quotas.
#[derive(Debug)]
struct SignedForQuotas;

impl Intercept for SignedForQuotas {
    fn name(&self) -> &'static str {
        "SignedForQuotas"
    }

    fn modify_before_signing(
        &self,
        _: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().store_put(SigningName::from_static("servicequotas"));
        Ok(())
    }
}
