#pragma once
#include "http/handler.h"

namespace alarum::http {

/// Whether a browser sent this request for a page of another site (cross-site request forgery).
///
/// Only requests that a browser sends without a preflight can be such: those without a
/// Content-Type, or with one of the three safelisted types (Fetch, CORS-safelisted
/// request-header). For other types the browser first asks by OPTIONS, and no route allows that.
/// The evidence is `Sec-Fetch-Site` (W3C Fetch Metadata) if the browser sends it, otherwise an
/// `Origin` (RFC 6454 section 7) whose host and port differ from those of `Host`. Other clients
/// send neither, or an origin without a scheme (EventGrid does), and are not taken for browsers.
bool is_of_another_site(const Request& request);

/// Whether a page of this daemon sent a request, as its browser says: `Sec-Fetch-Site:
/// same-origin`, or where it does not send that, an Origin whose host and port are those of Host. A
/// POST, PUT or PATCH must be `application/json` besides, which no form can send. Requests that a
/// browser authorizes by itself, with a cookie, must be of our page to change anything.
bool is_of_our_page(const Request& request);

}  // namespace alarum::http
