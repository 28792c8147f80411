#pragma once
#include "http/authenticator.h"
#include "http/router.h"

namespace alarum::api {

/// Adds `GET`, `POST` and `DELETE /api/v1/session`: who am I, sign in, sign out. `gate` must
/// outlive the router.
void add_session_routes(http::Router& router, http::Authenticator& gate);

}  // namespace alarum::api
