#include "journal/frame.h"

#include <cstring>

#include "base/hash.h"

namespace alarum::journal {
namespace {

constexpr std::uint32_t kMagic = 0x464D5241;  // "ARMF"
constexpr std::size_t kCrcAt = kFrameHeader - 4;

enum class Kind : std::uint8_t {
  event = 1,
  tick = 2,
  start = 3,
  stop = 4,
  reload = 5,
  clock_step = 6,
  set_silence = 7,
  expire_silence = 8,
  acknowledge = 9,
  resolve_alert = 10,
  acknowledge_for = 11,
  unacknowledge = 12,
  receipts = 13,
  redrive = 14,
  reload_all = 15,
  own_receivers = 16,
  comment = 17
};

static_assert(static_cast<std::uint8_t>(Kind::event) == model::Event::kRecordKind);

template <class T>
void put(std::string& out, T value) {
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  out.append(raw, sizeof value);
}

template <class T>
T get(std::string_view bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

struct Encoder {
  Kind kind = Kind::event;
  std::string bytes;
  void operator()(const model::Event&) {}  // an event has its record already
  void operator()(const model::Tick&) { kind = Kind::tick; }
  void operator()(const model::Start& start) { kind = Kind::start, put(bytes, start.gap.count()); }
  void operator()(const model::Stop&) { kind = Kind::stop; }
  void operator()(const model::Reload& reload) {
    kind = reload.routing.empty() ? Kind::reload : Kind::reload_all;
    if (reload.routing.empty())
      bytes = reload.hash;
    else
      texts(reload.hash, reload.routing);
  }
  void operator()(const model::ClockStep& step) {
    kind = Kind::clock_step, put(bytes, step.by.count());
  }
  void operator()(const model::SetSilence& set) { kind = Kind::set_silence, bytes = set.silence; }
  void operator()(const model::ExpireSilence& expire) {
    kind = Kind::expire_silence, bytes = expire.id;
  }
  void operator()(const model::Acknowledge& ack) {
    const bool ends = ack.lasts > Duration::zero();
    kind = ends ? Kind::acknowledge_for : Kind::acknowledge;
    if (ends) put(bytes, ack.lasts.count());
    texts(ack.alert_id, ack.by, ack.comment);
  }
  void operator()(const model::Unacknowledge& end) {
    kind = Kind::unacknowledge, texts(end.alert_id, end.by, end.comment);
  }
  void operator()(const model::ResolveAlert& end) {
    kind = Kind::resolve_alert, texts(end.alert_id, end.by, end.comment);
  }
  void operator()(const model::CommentAlert& said) {
    kind = Kind::comment, texts(said.alert_id, said.by, said.comment);
  }
  void operator()(const model::Receipts& some) {
    kind = Kind::receipts;
    for (const auto& one : some.receipts) {
      put(bytes, static_cast<std::uint8_t>(one.outcome));
      put(bytes, one.attempts);
      put(bytes, one.at.time_since_epoch().count());
      texts(one.id, one.target, one.detail, one.answer);
    }
  }
  void operator()(const model::Redrive& order) {
    kind = Kind::redrive;
    for (const auto& id : order.ids) texts(id);
  }
  void operator()(const model::OwnReceivers& own) {
    kind = Kind::own_receivers;
    for (const auto& name : own.names) texts(name);
  }
  void texts(const auto&... all) {
    ((put(bytes, static_cast<std::uint32_t>(all.size())), bytes += all), ...);
  }
};

// Removes the first text from `bytes` and returns it in `text`. False if they are too short.
bool take_text(std::string_view& bytes, std::string& text) {
  if (bytes.size() < 4 || bytes.size() - 4 < get<std::uint32_t>(bytes, 0)) return false;
  text = bytes.substr(4, get<std::uint32_t>(bytes, 0));
  bytes.remove_prefix(4 + text.size());
  return true;
}

// An order of a person about an alert: which alert, who gave it, and why.
template <class Said>
Result<model::Payload> decode_said(std::string_view bytes) {
  Said said;
  for (auto* text : {&said.alert_id, &said.by, &said.comment}) {
    if (!take_text(bytes, *text))
      return fail("bad_record", "an acknowledgement, a comment or an end by hand is cut short");
  }
  return said;
}

bool is_outcome(std::uint8_t number) {
  using Outcome = model::Receipt::Outcome;
  return number <= static_cast<std::uint8_t>(Outcome::dead) ||
         number == static_cast<std::uint8_t>(Outcome::dropped);
}

Result<model::Payload> decode_receipts(std::string_view bytes) {
  constexpr std::size_t kFixed = 13;  // outcome, attempts, time
  model::Receipts all;
  while (!bytes.empty()) {
    if (bytes.size() < kFixed) return fail("bad_record", "a receipt is cut short");
    model::Receipt one;
    const auto outcome = get<std::uint8_t>(bytes, 0);
    one.outcome = static_cast<model::Receipt::Outcome>(outcome);
    one.attempts = get<std::uint32_t>(bytes, 1);
    one.at = Time(Duration(get<std::int64_t>(bytes, 5)));
    bytes.remove_prefix(kFixed);
    for (auto* text : {&one.id, &one.target, &one.detail, &one.answer}) {
      if (!take_text(bytes, *text)) return fail("bad_record", "a receipt is cut short");
    }
    if (!is_outcome(outcome)) {
      return fail("bad_record", "a receipt of unknown outcome " + std::to_string(outcome));
    }
    all.receipts.push_back(std::move(one));
  }
  return all;
}

Result<std::vector<std::string>> decode_texts(std::string_view bytes, const std::string& what) {
  std::vector<std::string> texts;
  while (!bytes.empty()) {
    if (!take_text(bytes, texts.emplace_back())) return fail("bad_record", what + " is cut short");
  }
  return texts;
}

template <class Named>
Result<model::Payload> decode_names(std::string_view bytes, const std::string& what) {
  auto names = decode_texts(bytes, what);
  if (!names) return std::unexpected(names.error());
  return Named{std::move(*names)};
}

Result<model::Payload> decode_reload(std::string_view bytes) {
  model::Reload reload;
  if (take_text(bytes, reload.hash) && take_text(bytes, reload.routing)) return reload;
  return fail("bad_record", "a reload is cut short");
}

Result<model::Payload> decode_acknowledge_for(std::string_view bytes) {
  if (bytes.size() < 8) return fail("bad_record", "an acknowledgement is cut short");
  const Duration lasts(get<std::int64_t>(bytes, 0));
  auto said = decode_said<model::Acknowledge>(bytes.substr(8));
  if (said) std::get<model::Acknowledge>(*said).lasts = lasts;
  return said;
}

Result<model::Payload> decode(Kind kind, std::string_view bytes) {
  const auto duration = [&] { return Duration(get<std::int64_t>(bytes, 0)); };
  switch (kind) {
    case Kind::event: {
      auto event = model::Event::decode(bytes);
      if (!event) return fail("bad_record", event.error().message);
      return std::move(*event);
    }
    case Kind::tick:
      return model::Tick{};
    case Kind::start:
      if (bytes.size() == 8) return model::Start{duration()};
      break;
    case Kind::stop:
      return model::Stop{};
    case Kind::reload:
      return model::Reload{std::string(bytes)};
    case Kind::reload_all:
      return decode_reload(bytes);
    case Kind::own_receivers:
      return decode_names<model::OwnReceivers>(bytes, "a list of receivers");
    case Kind::clock_step:
      if (bytes.size() == 8) return model::ClockStep{duration()};
      break;
    case Kind::set_silence:
      return model::SetSilence{std::string(bytes)};
    case Kind::expire_silence:
      return model::ExpireSilence{std::string(bytes)};
    case Kind::acknowledge:
      return decode_said<model::Acknowledge>(bytes);
    case Kind::acknowledge_for:
      return decode_acknowledge_for(bytes);
    case Kind::unacknowledge:
      return decode_said<model::Unacknowledge>(bytes);
    case Kind::resolve_alert:
      return decode_said<model::ResolveAlert>(bytes);
    case Kind::comment:
      return decode_said<model::CommentAlert>(bytes);
    case Kind::receipts:
      return decode_receipts(bytes);
    case Kind::redrive:
      return decode_names<model::Redrive>(bytes, "a redrive");
  }
  return fail("bad_record", "a record of unknown kind " + std::to_string(static_cast<int>(kind)));
}

}  // namespace

void append_record(std::string& body, const model::Payload& payload) {
  if (const auto* event = std::get_if<model::Event>(&payload)) {
    body += event->record();
    return;
  }
  Encoder encoder;
  std::visit(encoder, payload);
  put(body, static_cast<std::uint32_t>(encoder.bytes.size()));
  put(body, static_cast<std::uint8_t>(encoder.kind));
  body += encoder.bytes;
}

void append_record(std::vector<std::string_view>& pieces, const model::Event& event) {
  const auto record = event.record();
  const bool joins =
      !pieces.empty() && pieces.back().data() + pieces.back().size() == record.data();
  if (joins)
    pieces.back() = {pieces.back().data(), pieces.back().size() + record.size()};
  else
    pieces.push_back(record);
}

std::string encode_head(const FrameHeader& header, std::span<const std::string_view> body) {
  std::size_t length = 0;
  for (const auto piece : body) length += piece.size();
  std::string out;
  out.reserve(kFrameHeader);
  put(out, kMagic);
  put(out, header.version);
  put(out, std::uint16_t{0});
  put(out, header.segment);
  put(out, header.first_offset);
  put(out, header.count);
  put(out, static_cast<std::uint32_t>(length));
  // Sealing writes frames as they were. In version 1 this field is the first offset once more.
  if (header.version == 1)
    put(out, header.first_offset);
  else
    put(out, (header.at - header.ahead).time_since_epoch().count());
  put(out, header.at.time_since_epoch().count());
  put(out, header.generation);
  for (const auto total : {header.totals.received, header.totals.rejected, header.totals.duplicate,
                           header.totals.unmatched})
    put(out, total);
  put(out, std::uint32_t{0});
  auto sum = crc32c(out);
  for (const auto piece : body) sum = crc32c(piece, sum);
  put(out, sum);
  return out;
}

std::string encode_frame(const FrameHeader& header, std::string_view body) {
  return encode_head(header, {&body, 1}).append(body);
}

std::optional<FrameHeader> parse_header(std::string_view bytes) {
  if (bytes.size() < kFrameHeader || get<std::uint32_t>(bytes, 0) != kMagic ||
      get<std::uint16_t>(bytes, 4) == 0)
    return std::nullopt;
  FrameHeader header;
  header.version = get<std::uint16_t>(bytes, 4);
  header.segment = get<std::uint64_t>(bytes, 8);
  header.first_offset = get<std::uint64_t>(bytes, 16);
  header.count = get<std::uint32_t>(bytes, 24);
  header.body_length = get<std::uint32_t>(bytes, 28);
  header.at = Time(Duration(get<std::int64_t>(bytes, 40)));
  // The CRC is not checked yet. In a damaged header the difference may have any value and overflow,
  // so it is computed with unsigned numbers.
  if (header.version > 1)
    header.ahead = Duration(
        static_cast<std::int64_t>(static_cast<std::uint64_t>(header.at.time_since_epoch().count()) -
                                  get<std::uint64_t>(bytes, 32)));
  header.generation = get<std::uint64_t>(bytes, 48);
  header.totals = {get<std::uint64_t>(bytes, 56), get<std::uint64_t>(bytes, 64),
                   get<std::uint64_t>(bytes, 72), get<std::uint64_t>(bytes, 80)};
  if (header.body_length > kMaxFrameBody || header.count == 0) return std::nullopt;
  return header;
}

bool is_whole(std::string_view bytes, const FrameHeader& header) {
  if (bytes.size() < header.size()) return false;
  const auto sum =
      crc32c(bytes.substr(kFrameHeader, header.body_length), crc32c(bytes.substr(0, kCrcAt)));
  return sum == get<std::uint32_t>(bytes, kCrcAt);
}

Result<std::vector<model::Record>> decode_records(const FrameHeader& header,
                                                  std::string_view body) {
  std::vector<model::Record> records;
  records.reserve(header.count);
  while (!body.empty()) {
    if (body.size() < 5) return fail("bad_record", "a record is cut short");
    const auto size = get<std::uint32_t>(body, 0);
    const auto kind = static_cast<Kind>(body[4]);
    if (body.size() - 5 < size) return fail("bad_record", "a record is cut short");
    auto payload = decode(kind, body.substr(5, size));
    if (!payload) return std::unexpected(payload.error());
    records.push_back({header.first_offset + records.size(), header.at, header.generation,
                       std::move(*payload), std::nullopt, header.ahead});
    body.remove_prefix(5 + std::size_t{size});
  }
  if (records.size() != header.count)
    return fail("bad_record", "the frame's count is not that of its records");
  return records;
}

}  // namespace alarum::journal
