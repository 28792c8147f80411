#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/api_client.h"
#include "model/matcher.h"

namespace alarum::cli {

/// What the words of a command line choose: ids (or the beginnings of ids), or what matches.
struct Selection {
  std::vector<std::string> ids;
  model::Matchers matchers;
};

/// A word of 4 to 16 lower-case hexadecimal digits is an id or the beginning of one. Other words
/// are matchers: `name=value`, `!=`, `=~`, `!~`, `a=b,c=d`; the first word may be an alert's name
/// alone. Errors: a bare word that is not the first, ids beside matchers, a broken matcher.
Result<Selection> selection_of(const std::vector<std::string>& words);
/// The same without ids.
Result<model::Matchers> matchers_of(const std::vector<std::string>& words);
/// `&filter=…` for each matcher of `words`.
Result<std::string> filters_of(const std::vector<std::string>& words);
std::string filters_of(const model::Matchers& matchers);

/// The whole ids that these are the beginnings of, among `all` (objects with an `id`). nullopt: it
/// was said on `err` which begins none, or several, and then these. `noun`: "silence".
std::optional<std::vector<std::string>> whole_ids(const std::vector<std::string>& beginnings,
                                                  const nlohmann::ordered_json& all,
                                                  const std::string& noun, std::ostream& err);

/// The firing alerts that are chosen, worst first. nullopt: it was said on `err` why there are
/// none.
std::optional<nlohmann::ordered_json> chosen_alerts(const Selection& selection, ApiClient& client,
                                                    std::ostream& err);

}  // namespace alarum::cli
