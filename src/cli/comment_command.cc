#include "cli/comment_command.h"

#include <nlohmann/json.hpp>

#include "base/percent.h"
#include "cli/api_client.h"
#include "cli/selection.h"

namespace alarum::cli {

int comment_command(const CommentOptions& options, std::ostream& out, std::ostream& err) {
  ApiClient client(options.url, err);
  const auto alerts =
      client.get("/api/v2/alerts?resolved=true&limit=100&id=" + percent_encode(options.id));
  if (!alerts) return 1;
  const auto ids = whole_ids({options.id}, *alerts, "alert", err);
  if (!ids) return 1;
  const auto& id = ids->front();
  const ApiClient::Json body{{"by", options.author}, {"text", options.text}};
  if (!client.post("/api/v1/alerts/" + percent_encode(id) + "/comments", body)) return 1;
  out << id << " has a comment more\n";
  return 0;
}

}  // namespace alarum::cli
