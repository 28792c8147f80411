#include "api/alert_walk.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "api/ask.h"
#include "base/crypto.h"
#include "http/offload.h"

namespace alarum::api {
namespace {

constexpr std::size_t kFewAlerts = 8;  // alerts whose text is made at once where they are

// RFC 4648 §5, without padding.
std::string url_text(std::string_view bytes) {
  auto out = base64(bytes);
  while (out.ends_with('=')) out.pop_back();
  std::ranges::replace(out, '+', '-');
  std::ranges::replace(out, '/', '_');
  return out;
}

std::optional<std::string> of_url_text(std::string text) {
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  while (text.size() % 4 != 0) text += '=';
  return unbase64(text);
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                  : std::nullopt;
}

// Its members and the roll-ups that it is a member of.
void add_members(AlertView& shown, const engine::Engine& engine, Duration ahead) {
  const auto& alert = *shown.alert;
  const auto& all = engine.active_alerts().all();
  auto [members, count] =
      engine.gathering().members({alert.rule, alert.key}, AlertView::kMostMembers);
  shown.all_members = count;
  for (const auto& id : members) {
    if (const auto found = all.find(id); found != all.end())
      shown.members.push_back({found->second.alert.id, id.first, id.second});
  }
  for (const auto& one : engine.gathering().memberships(alert)) {
    const auto found = all.find(one.roll_up);
    if (found != all.end())
      shown.member_of.push_back({found->second.alert.id, one.roll_up.first, one.roll_up.second,
                                 one.since - ahead, one.absorbed});
  }
}

Error busy_error() {
  return {"busy", "the engine did not answer in time"};
}

}  // namespace

std::string AlertPlace::text() const {
  if (part == Part::end) return "";
  if (part == Part::firing) return "f." + url_text(id.first) + '.' + url_text(id.second);
  return "r." + std::to_string(row.at) + '.' + std::to_string(row.row);
}

Result<AlertPlace> AlertPlace::of(const std::string& text) {
  AlertPlace place;
  if (text.empty()) return place;
  const auto dot = text.find('.', 2);
  if (text.size() > 2 && text[1] == '.' && dot != text.npos) {
    const auto first = text.substr(2, dot - 2), second = text.substr(dot + 1);
    const auto rule = of_url_text(first), key = of_url_text(second);
    const auto at = number_of(first), row = number_of(second);
    if (text[0] == 'f' && rule && key) return place.id = {*rule, *key}, place;
    if (text[0] == 'r' && at && row)
      return place.part = Part::resolved, place.row = {*at, *row, ""}, place;
  }
  return fail(
      "bad_parameter",
      "parameter \"after\" must be what a Link of an earlier answer says, not \"" + text + "\"");
}

std::optional<AlertView> firing_view(const alert::ActiveAlerts::Id& place, const std::string& id,
                                     const engine::Engine& engine,
                                     const engine::Processor& processor, Time now) {
  const auto& all = engine.active_alerts().all();
  const auto found = all.find(place);
  if (found == all.end() || found->second.alert.id != id) return std::nullopt;
  auto one = shown(AlertFilter(), found->second, processor.dispatcher(), now);
  if (one) add_members(*one, engine, processor.dispatcher().ahead());
  return one;
}

AlertPage firing_page(const AlertFilter& wanted, const AlertPlace& after, std::size_t most,
                      const engine::Engine& engine, const engine::Processor& processor, Time now) {
  AlertPage page{{}, after};
  const auto& all = engine.active_alerts().all();
  auto at = all.upper_bound(after.id);
  for (std::size_t looked_at = 0; at != all.end() && looked_at < most; ++at, ++looked_at) {
    page.next.id = at->first;
    auto one = shown(wanted, at->second, processor.dispatcher(), now);
    if (!one) continue;
    add_members(*one, engine, processor.dispatcher().ahead());
    page.alerts.push_back(std::move(*one));
  }
  using Part = AlertPlace::Part;
  if (at == all.end()) page.next.part = wanted.resolved ? Part::resolved : Part::end;
  return page;
}

Result<AlertPage> resolved_page(const AlertFilter& wanted, const AlertPlace& after,
                                std::size_t most, alert::Book& book,
                                const engine::Processor& processor, Time now) {
  AlertPage page{{}, after};
  auto found = book.resolved(after.row, most);
  if (!found) return std::unexpected(found.error());
  for (auto& alert : found->alerts) {
    if (alert.changed_at < wanted.since) {
      found->next.reset();
      break;
    }
    if (!wanted.takes(alert)) continue;
    AlertView one{std::make_shared<const model::Alert>(std::move(alert)), std::nullopt, {}};
    one.status.receivers = processor.dispatcher().status(*one.alert, now).receivers;
    page.alerts.push_back(std::move(one));
  }
  if (found->next)
    page.next.row = *found->next;
  else
    page.next.part = AlertPlace::Part::end;
  return page;
}

AlertWalk::AlertWalk(Kept sources, AlertFilter wanted, AlertPlace from, asio::thread_pool* helpers)
    : sources_(std::move(sources)),
      wanted_(std::make_shared<const AlertFilter>(std::move(wanted))),
      place_(std::move(from)),
      helpers_(helpers),
      now_(sources_->now()) {}

// What fires is known without the book.
asio::awaitable<std::optional<Result<AlertPage>>> AlertWalk::page(std::size_t most) {
  const auto looks = [wanted = wanted_, after = place_, most, now = now_](
                         const auto& look, auto& from, const auto& processor) {
    return look(*wanted, after, most, from, processor, now);
  };
  if (place_.part == AlertPlace::Part::firing) {
    LiveQuestion<Result<AlertPage>> live = [looks](const engine::Engine& engine,
                                                   const engine::Processor& processor) {
      return looks(firing_page, engine, processor);
    };
    auto found = co_await ask(*sources_->engine, live);
    co_return found;
  }
  Question<Result<AlertPage>> past = [looks](engine::Engine&, alert::Book& book,
                                             engine::Processor& processor) {
    return looks(resolved_page, book, processor);
  };
  auto found = co_await ask(*sources_->engine, past);
  co_return found;
}

asio::awaitable<Result<std::vector<AlertView>>> AlertWalk::next(std::size_t most) {
  auto found = co_await page(most);
  if (!found) co_return std::unexpected(busy_error());
  if (!*found) co_return std::unexpected(found->error());
  place_ = std::move((*found)->next);
  co_return std::move((*found)->alerts);
}

asio::awaitable<Result<Portion>> AlertWalk::portion(std::size_t most) {
  auto alerts = co_await next(most);
  if (!alerts) co_return std::unexpected(alerts.error());
  const auto write = [&] { return items_json(*alerts); };
  auto* const helpers = alerts->size() > kFewAlerts ? helpers_ : nullptr;
  auto items = co_await http::offload(helpers, write);
  Portion portion{std::move(items), alerts->size(), place_.text()};
  co_return portion;
}

GroupWalk::GroupWalk(Kept sources, AlertFilter wanted, asio::thread_pool* helpers)
    : sources_(std::move(sources)),
      wanted_(std::make_shared<const AlertFilter>(std::move(wanted))),
      helpers_(helpers),
      now_(sources_->now()) {}

asio::awaitable<Result<void>> GroupWalk::begin() {
  LiveQuestion<std::vector<alert::Dispatcher::Name>> question =
      [](const engine::Engine&, const engine::Processor& processor) {
        return processor.dispatcher().names();
      };
  auto names = co_await ask(*sources_->engine, question);
  if (!names) co_return std::unexpected(busy_error());
  const auto sort = [&] { return std::ranges::sort(*names), true; };
  (void)co_await http::offload(names->size() > kPortion ? helpers_ : nullptr, sort);
  names_ = std::make_shared<const std::vector<alert::Dispatcher::Name>>(std::move(*names));
  co_return Result<void>();
}

asio::awaitable<Result<Portion>> GroupWalk::portion(std::size_t most) {
  if (!names_) {
    const auto begun = co_await begin();
    if (!begun) co_return std::unexpected(begun.error());
  }
  LiveQuestion<GroupPage> question = [wanted = wanted_, names = names_, from = place_, most,
                                      now = now_](const engine::Engine& engine,
                                                  const engine::Processor& processor) {
    return grouped(*wanted, *names, from, most, engine.active_alerts(), processor.dispatcher(),
                   now);
  };
  auto page = co_await ask(*sources_->engine, question);
  if (!page) co_return std::unexpected(busy_error());
  auto& groups = page->groups;
  if (begun_) {
    std::ranges::move(groups.front().alerts, std::back_inserter(begun_->alerts));
    groups.front() = std::move(*begun_);
    begun_.reset();
  }
  place_ = page->next;
  if (!place_.member.empty()) {
    begun_ = std::move(groups.back());
    groups.pop_back();
  }
  const auto write = [&] { return items_json(*wanted_, groups); };
  auto written = co_await http::offload(helpers_, write);
  Portion portion{std::move(written.first), written.second,
                  place_.group < names_->size() ? "more" : ""};
  co_return portion;
}

}  // namespace alarum::api
