//! `service Echo { rpc Echo(Number) returns (Number) }`, client and server as tonic's generator writes them, so that no `protoc` is needed.
//! In: a number. Out: the same number.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};
use tonic::body::Body;
use tonic::client;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::codegen::{BoxFuture, Service, http};
use tonic::server::{self, NamedService, UnaryService};
use tonic::transport::Channel;
use tonic::{Code, Request, Response, Status};
use tonic_prost::ProstCodec;

/// Request and reply.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Number {
    /// The number.
    #[prost(int64, tag = "1")]
    pub(crate) n: i64,
}

const PATH: &str = "/bench.Echo/Echo";

/// Calls the service.
pub(crate) struct EchoClient(client::Grpc<Channel>);

impl EchoClient {
    /// Over this connection.
    pub(crate) fn new(channel: Channel) -> EchoClient {
        EchoClient(client::Grpc::new(channel))
    }

    /// One call.
    pub(crate) async fn echo(&mut self, n: i64) -> Result<i64, Status> {
        self.0.ready().await.map_err(|error| Status::unknown(error.to_string()))?;
        let codec: ProstCodec<Number, Number> = ProstCodec::default();
        let reply = self.0.unary(Request::new(Number { n }), PathAndQuery::from_static(PATH), codec).await?;
        Ok(reply.into_inner().n)
    }
}

/// Serves it.
#[derive(Clone)]
pub(crate) struct EchoServer;

struct EchoMethod;

impl UnaryService<Number> for EchoMethod {
    type Response = Number;
    type Future = Ready<Result<Response<Number>, Status>>;

    fn call(&mut self, request: Request<Number>) -> Self::Future {
        ready(Ok(Response::new(request.into_inner())))
    }
}

impl NamedService for EchoServer {
    const NAME: &'static str = "bench.Echo";
}

impl Service<http::Request<Body>> for EchoServer {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move {
            if request.uri().path() == PATH {
                let codec: ProstCodec<Number, Number> = ProstCodec::default();
                return Ok(server::Grpc::new(codec).unary(EchoMethod, request).await);
            }
            Ok(Status::new(Code::Unimplemented, "no such method").into_http())
        })
    }
}
