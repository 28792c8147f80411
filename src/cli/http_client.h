#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace alarum::cli {

/// One request at a time to a running bridge, over one connection that is kept (libcurl).
class HttpClient {
 public:
  struct Answer {
    long status = 0;
    std::string body;
    long retry_after = 0;  ///< seconds; 0 where the server did not say
    /// The query of the next page (`Link: <?…>; rel="next"`); empty: there is none
    std::string next;
    /// What the bridge warns of (`Warning: 299 - "…"`), as an old name that it still takes
    std::string warning;
  };

  /// `base`: `http://127.0.0.1:9797`.
  explicit HttpClient(std::string base);
  ~HttpClient();

  /// Error `no_connection`, with the address and what is wrong.
  Result<Answer> get(const std::string& path);
  Result<Answer> remove(const std::string& path);  ///< DELETE
  Result<Answer> post(const std::string& path, const std::string& content_type,
                      const std::string& body);

 private:
  Result<Answer> perform(const std::string& path);
  struct Handle;
  const std::string base_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace alarum::cli
