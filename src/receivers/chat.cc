#include "receivers/chat.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "receivers/text/names.h"

namespace alarum::receivers {
namespace {

constexpr std::size_t kTitle = 200;  // bytes

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

}  // namespace

void read_room_limits(FieldReader& entry, Integration& into, std::uint64_t rate, Duration per) {
  if (into.rate == 0 && !entry.find("rate_limit")) into.rate = rate, into.rate_per = per;
  if (!entry.find("concurrency")) into.concurrency = 1;
}

void read_room(FieldReader& entry, Integration& into, const char* url_key, std::uint64_t rate,
               Duration per) {
  read_room_limits(entry, into, rate, per);
  const auto has = [&](const std::string& key) {
    return entry.find(key.c_str()) || entry.find((key + "_file").c_str());
  };
  entry.url(!has(url_key) && has("url") ? "url" : url_key, into.url);
  read_http(entry, into.http);
  entry.words(into.words);
}

void read_confirmed_ends(FieldReader& entry, Integration& into) {
  using model::EndReason;
  if (!entry.find("resolve_on"))
    into.resolve_on = {EndReason::recovered, EndReason::drained, EndReason::manual,
                       EndReason::escalated};
}

std::vector<std::string> read_comma_list(FieldReader& entry, const char* key) {
  std::vector<std::string> out, texts;
  entry.texts(key, texts);
  for (const auto& text : texts) {
    for (std::size_t at = 0; at <= text.size();) {
      const auto comma = std::min(text.find(',', at), text.size());
      auto part = text.substr(at, comma - at);
      part.erase(0, part.find_first_not_of(' '));
      part.erase(part.find_last_not_of(' ') + 1);
      if (!part.empty()) out.push_back(std::move(part));
      at = comma + 1;
    }
  }
  return out;
}

std::string without_slashes(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

Chat chat_of(const model::Message& message, const Setting& setting, const Markup& markup,
             std::size_t most_text) {
  const auto& words = setting.how.words;
  const CardStyle style{words.language, setting.external_url};
  Chat chat{card_of(message, style), {}, {}};
  const auto names = message_names(message, style);
  chat.title = words.title.empty() ? chat.card.title : render(words.title, names, escape_plain);
  chat.title = cut(one_line(escape_plain(chat.title)), kTitle);
  chat.text = words.text.empty() ? body_text(chat.card, markup, most_text)
                                 : cut(render(words.text, names, markup.escape), most_text);
  return chat;
}

Markup plain_markup() {
  const auto same = [](const std::string& text) { return text; };
  return {escape_plain, same, same, "\n"};
}

std::string colour_of(const Card& card) {
  if (!card.firing) return "#2e8540";
  return card.worst >= model::Severity::major ? "#d00000" : "#e08a00";
}

std::optional<std::int64_t> number_in(std::string_view body, const char* name) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto found = json.find(name);
  return found != json.end() && found->is_number_integer()
             ? std::optional(found->get<std::int64_t>())
             : std::nullopt;
}

Verdict judge_code(const Answer& answer, const Codes& codes, std::optional<std::int64_t> code) {
  using Kind = Verdict::Kind;
  if (!code) return verdict_of_failure("an answer without " + std::string(codes.member));
  if (*code == 0) return {Kind::delivered, std::to_string(answer.status), {}};
  const auto detail = std::string(codes.member) + ' ' + std::to_string(*code);
  if (std::ranges::find(codes.rate, *code) != codes.rate.end())
    return {Kind::retry, detail, std::chrono::seconds(15), true};
  if (std::ranges::find(codes.busy, *code) != codes.busy.end()) return {Kind::retry, detail, {}};
  return {Kind::dead, detail, {}, false, true};
}

}  // namespace alarum::receivers
