//! The quotas of the account, from Service Quotas: over recorded answers, and over HTTP.

use aws_sdk_connect::config::http::{HttpRequest, HttpResponse};
use aws_smithy_http_client::test_util::{ReplayEvent, StaticReplayClient};
use connect_user::{
    client::{Rate, RateBasis, Rates, aws::AwsConnect},
    user::Operation,
};
use serde_json::{Value, json};

use crate::{
    http::MANAGED,
    server::Server,
    support::{client, config},
};

fn recorded(answers: &[(u16, Value)]) -> StaticReplayClient {
    let event = |(status, body): &(u16, Value)| {
        let response = HttpResponse::new((*status).try_into().expect("a status"), body.to_string().into());
        ReplayEvent::new(HttpRequest::empty(), response)
    };
    StaticReplayClient::new(answers.iter().map(event).collect())
}

fn quota(name: &str, value: f64) -> Value {
    json!({ "ServiceCode": "connect", "QuotaName": name, "Value": value, "Unit": "None" })
}

#[tokio::test]
async fn the_rates_of_the_account_are_read_page_by_page_and_once() {
    let http = recorded(&[
        (
            200,
            json!({
                "Quotas": [quota("Users per instance", 500.0), quota("Rate of DescribeUser API requests", 25.0)],
                "NextToken": "more",
            }),
        ),
        (
            200,
            json!({ "Quotas": [quota("Rate of  CreateUser API requests", 4.0), quota("Rate of StartChat API requests", 9.0)] }),
        ),
    ]);
    let aws = client(http.clone());
    let account = aws.account_rates().await;
    assert_eq!(aws.clone().account_rates().await, account);
    assert_eq!(account.notice, None);
    let of = |operation| {
        let rate: Rate = account.rates.of(operation);
        (rate.to_string(), rate.basis)
    };
    assert_eq!(of(Operation::DescribeUser), ("25:5".into(), RateBasis::Account));
    assert_eq!(of(Operation::CreateUser), ("4:5".into(), RateBasis::Account));
    assert_eq!(of(Operation::DeleteUser), ("2:5".into(), RateBasis::Assumed), "what is not listed");

    let requests: Vec<_> = http.actual_requests().collect();
    let bodies = [
        json!({ "ServiceCode": "connect", "MaxResults": 100 }),
        json!({ "ServiceCode": "connect", "MaxResults": 100, "NextToken": "more" }),
    ];
    assert_eq!(requests.len(), bodies.len());
    for (request, body) in requests.iter().zip(bodies) {
        assert_eq!(
            (request.method(), request.uri()),
            ("POST", "https://servicequotas.us-east-1.amazonaws.com/")
        );
        let header = |name| request.headers().get(name).unwrap_or_default();
        assert_eq!(header("x-amz-target"), "ServiceQuotasV20190624.ListServiceQuotas");
        assert_eq!(header("content-type"), "application/x-amz-json-1.1");
        assert!(
            header("authorization").contains("/us-east-1/servicequotas/aws4_request"),
            "{}",
            header("authorization")
        );
        let sent: Value = serde_json::from_slice(request.body().bytes().expect("a body")).expect("JSON");
        assert_eq!(sent, body);
    }
}

#[tokio::test]
async fn who_may_not_list_quotas_has_the_safe_default_and_is_told() {
    let denied = json!({
        "__type": "AccessDeniedException",
        "Message": "User: arn:aws:iam::1:user/u is not authorized to perform: servicequotas:ListServiceQuotas",
    });
    let account = client(recorded(&[(400, denied)])).account_rates().await;
    assert_eq!(account.rates, Rates::default());
    let notice = account.notice.expect("a notice");
    assert_eq!(
        notice.to_string(),
        "note[not-checked]: the quotas of the account were not read: it is not allowed; 2 calls a second are assumed\n  \
         help: allow `servicequotas:ListServiceQuotas`, or give the rates"
    );
    let broken = client(recorded(&[(503, json!({}))])).account_rates().await;
    assert_eq!((broken.rates, broken.notice.is_some()), (Rates::default(), true));
    let other = client(recorded(&[(200, json!({ "Items": [] }))])).account_rates().await;
    assert_eq!(other.rates, Rates::default());
    assert_eq!(
        other.notice.expect("a notice").message,
        "the quotas of the account were not read: the answer has no `Quotas`; 2 calls a second are assumed"
    );
}

#[tokio::test]
async fn a_failure_that_may_pass_is_tried_again_and_a_lasting_one_is_not() {
    let quotas = json!({ "Quotas": [quota("Rate of DescribeUser API requests", 25.0)] });
    for (status, code, is_lasting) in
        [(500, "ServiceException", false), (400, "AccessDeniedException", true), (403, "AccessDenied", true)]
    {
        let http = recorded(&[(status, json!({ "__type": code })), (200, quotas.clone())]);
        let aws = client(http.clone());
        let first = aws.account_rates().await;
        assert_eq!((first.rates, first.notice.is_some()), (Rates::default(), true), "{code}");
        let second = aws.clone().account_rates().await;
        let expected = if is_lasting { (RateBasis::Assumed, 1) } else { (RateBasis::Account, 2) };
        let found = (second.rates.of(Operation::DescribeUser).basis, http.actual_requests().count());
        assert_eq!((found, second.notice.is_some()), (expected, is_lasting), "{code}");
    }
}

#[tokio::test]
async fn with_a_fips_endpoint_no_other_one_is_called_for_quotas() {
    let http = recorded(&[(200, json!({ "Quotas": [quota("Rate of DescribeUser API requests", 25.0)] }))]);
    let fips = aws_sdk_connect::Client::from_conf(config(http.clone()).use_fips(true).build());
    let account = AwsConnect::new(fips).account_rates().await;
    assert_eq!(http.actual_requests().count(), 0);
    assert_eq!(account.rates, Rates::default());
    assert_eq!(
        account.notice.expect("a notice").to_string(),
        "note[not-checked]: the quotas of the account were not read: no endpoint of Service Quotas is known to keep \
         to FIPS 140; 2 calls a second are assumed\n  help: look the quotas up, and give the rates"
    );
}

#[tokio::test]
async fn a_server_lists_its_quotas() {
    let server = Server::start(&["--instance", MANAGED, "--quota", "3:5", "--quota", "ListUsers=12.5:5"]);
    let account = server.connect().account_rates().await;
    assert_eq!(account.notice, None);
    assert_eq!(account.rates.of(Operation::ListUsers).to_string(), "12.5:5");
    assert_eq!(account.rates.of(Operation::CreateUser).basis, RateBasis::Account);
    assert!((1.0 / account.rates.of(Operation::CreateUser).every.as_secs_f64() - 3.0).abs() < 1e-6);
}
