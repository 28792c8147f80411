#include "app/rule_trials.h"

#include "api/responses.h"
#include "app/rule_files.h"

namespace alarum::app {

void RuleTrials::playground(std::string body, const Done& done) {
  playground_.answer(std::move(body), done);
}

void RuleTrials::start_backtest(std::string body, const Done& done) {
  backtests_.start(std::move(body), done);
}

void RuleTrials::plan(std::string body, bool text, const Done& done) {
  plans_.answer(std::move(body), text, done);
}

http::Response RuleTrials::rule_files(const std::string& file) {
  const auto in_force = in_force_();
  auto text = file.empty() ? rule_file_list(*in_force) : rule_file(*in_force, file);
  if (!text)
    return http::error_response(text.error().reason == "not_found" ? 404 : 500, text.error().reason,
                                text.error().message);
  return api::json(std::move(*text));
}

void RuleTrials::stop() {
  playground_.stop();
  backtests_.stop();
  plans_.stop();
}

}  // namespace alarum::app
