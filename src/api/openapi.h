#pragma once
#include <string_view>

namespace alarum::api {

/// docs/openapi.yaml as it was when the binary was built.
std::string_view openapi_text();

}  // namespace alarum::api
