#include "rules/pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/ip_block.h"
#include "rules/pattern_number.h"

namespace alarum::rules {
namespace {

std::string why_not_compared(const std::string& number) {
  const auto better = comparable_spelling(number);
  return better
             ? fmt::format(
                   "write it as {}, the shortest decimal of the same 64-bit floating-point number",
                   *better)
             : "it is not exactly a 64-bit floating-point number";
}

using Op = Predicate::Op;

constexpr std::size_t kMaxCombinations = 1000;  // of `$or` branches
constexpr std::size_t kMaxOperand = 4096;       // bytes of one text operand

// Names that no matcher has, and that are refused for fields within `$or` all the same.
// aws/event-ruler reserves them for matchers to come.
const std::set<std::string> kReserved{"=",
                                      "<",
                                      "<=",
                                      ">",
                                      ">=",
                                      "regex",
                                      "not-wildcard",
                                      "not-equals-ignore-case",
                                      "date-after",
                                      "date-on-or-after",
                                      "date-before",
                                      "date-on-or-before",
                                      "in-date-range",
                                      "ip-address-in-range",
                                      "ip-address-not-in-range"};

bool is_reserved(const std::string& name) {
  return kReserved.contains(name) || std::ranges::count(matcher_names(), name) > 0;
}

// `rule` is EventBridge's language with one addition: a bare scalar is a list of one
// (docs/rules.md).
enum class Dialect { strict, rule };

class Parser {
 public:
  /// What reads the operand of a matcher into `any`.
  struct Matcher {
    std::string_view name;
    void (Parser::*read)(const Node& operand, std::vector<Predicate>& any);
  };
  static const Matcher kMatchers[];

  Parser(Dialect dialect, Diagnostics& out)
      : dialect_(dialect), out_(out), before_(out.error_count()) {}

  bool ok() const { return out_.error_count() == before_; }

  Clause object(const Node& node, const std::string& path) {
    Clause clause;
    if (!node.is(Node::Kind::mapping))
      return wrong(node, fmt::format("a pattern is an object, not {}", describe(node))), clause;
    if (node.members.empty())
      wrong(node, "an empty object is not a pattern: name a field and the values it may have");
    for (const auto& [key, value] : node.members) member(key, value, path, clause);
    return clause;
  }

 private:
  void member(const Node& key, const Node& value, const std::string& path, Clause& clause) {
    if (key.text == "$or") return alternatives(value, path, clause);
    if (in_or_ > 0 && is_reserved(key.text)) {
      return wrong(
          key,
          fmt::format("\"{}\" is a reserved name and cannot be a field inside \"$or\"", key.text));
    }
    const auto full = path.empty() ? key.text : path + '.' + key.text;
    if (value.is(Node::Kind::mapping)) {
      if (dialect_ == Dialect::rule && is_matcher(value)) return stray_matcher(key, value);
      auto nested = object(value, full);
      std::move(nested.fields.begin(), nested.fields.end(), std::back_inserter(clause.fields));
      std::move(nested.or_groups.begin(), nested.or_groups.end(),
                std::back_inserter(clause.or_groups));
      return;
    }
    if (value.scalar() && dialect_ == Dialect::strict) {
      return wrong(value, fmt::format("\"{}\" must be an object or an array, not {}", key.text,
                                      describe(value)));
    }
    clause.fields.push_back({full, leaf(value), key.place, order_++});
  }

  void alternatives(const Node& value, const std::string& path, Clause& clause) {
    const bool objects = value.is(Node::Kind::sequence) && value.items.size() >= 2 &&
                         std::all_of(value.items.begin(), value.items.end(),
                                     [](const Node& n) { return n.is(Node::Kind::mapping); });
    if (!objects) return wrong(value, "\"$or\" must be an array of at least two objects");
    std::vector<Clause> branches;
    ++in_or_;
    for (const auto& item : value.items) branches.push_back(object(item, path));
    --in_or_;
    clause.or_groups.push_back(std::move(branches));
  }

  // `type: {prefix: NPU}` would silently test a field `type.prefix`, because a scalar is short for
  // a list.
  static bool is_matcher(const Node& node) {
    return node.members.size() == 1 &&
           std::ranges::count(matcher_names(), node.members.front().first.text) > 0;
  }

  void stray_matcher(const Node& key, const Node& value) {
    const auto& name = value.members.front().first;
    wrong(name, fmt::format("a matcher stands in a list: {0}: [{{{1}: …}}]; a field of that name "
                            "is written {0}.{1}",
                            key.text, name.text));
  }

  std::vector<Predicate> leaf(const Node& node) {
    std::vector<Predicate> any;
    if (node.scalar()) {
      literal(node, any);
      return any;
    }
    if (node.items.empty())
      wrong(node, "an empty array matches nothing: list the values that the field may have");
    for (const auto& item : node.items) {
      if (item.is(Node::Kind::sequence)) {
        wrong(item,
              "a value must be a string, number, true, false, null or a matcher, not an array");
      } else if (item.is(Node::Kind::mapping)) {
        matcher(item, any);
      } else {
        literal(item, any);
      }
    }
    return any;
  }

  void literal(const Node& node, std::vector<Predicate>& any) {
    constexpr std::array kOps{Op::null, Op::boolean, Op::number, Op::string};
    Predicate predicate;
    predicate.op = kOps[static_cast<std::size_t>(node.kind)];
    predicate.text = node.text;
    predicate.flag = node.is(Node::Kind::boolean) && node.text == "true";
    if (is_ambiguous_number(node))
      wrong(node,
            fmt::format("{} is read as a number here: quote it if you mean the text", node.text));
    if (node.is(Node::Kind::string)) looks_like_comparison(node);
    too_long(node);
    any.push_back(std::move(predicate));
  }

  // `"> 10"` is a text, which no number equals.
  void looks_like_comparison(const Node& node) {
    static const re2::RE2 form(R"(\s*(>=?|<=?|==?)\s*(-?[0-9]+(?:\.[0-9]+)?)\s*)");
    std::string op, number;
    if (!re2::RE2::FullMatch(node.text, form, &op, &number)) return;
    if (op == "==") op = "=";
    out_.warning(node.place, fmt::format("\"{}\" is a text here, not a comparison: write "
                                         "{{numeric: [\"{}\", {}]}}",
                                         node.text, op, number));
  }

  void matcher(const Node& node, std::vector<Predicate>& any);

  void prefix(const Node& operand, std::vector<Predicate>& any) {
    affix(operand, "prefix", Op::prefix, Op::prefix_ignore_case, any);
  }

  void suffix(const Node& operand, std::vector<Predicate>& any) {
    affix(operand, "suffix", Op::suffix, Op::suffix_ignore_case, any);
  }

  void equals_ignore_case(const Node& operand, std::vector<Predicate>& any) {
    text_operand(operand, "equals-ignore-case", Op::equals_ignore_case, any);
  }

  void text_operand(const Node& node, const std::string& name, Op op, std::vector<Predicate>& any) {
    if (!node.is(Node::Kind::string))
      return wrong(node, fmt::format("\"{}\" takes a string, not {}", name, describe(node)));
    too_long(node);
    Predicate predicate;
    predicate.op = op;
    predicate.text = node.text;
    any.push_back(std::move(predicate));
  }

  void exactly(const Node& node, std::vector<Predicate>& any) {
    text_operand(node, "exactly", Op::string, any);
    if (!any.empty()) any.back().flag = true;
  }

  void affix(const Node& node, const std::string& name, Op plain, Op ignore_case,
             std::vector<Predicate>& any) {
    if (!node.is(Node::Kind::mapping)) return text_operand(node, name, plain, any);
    if (node.members.size() != 1 || node.members.front().first.text != "equals-ignore-case") {
      return wrong(
          node, fmt::format("\"{}\" takes a string or {{\"equals-ignore-case\": string}}", name));
    }
    text_operand(node.members.front().second, "equals-ignore-case", ignore_case, any);
  }

  void wildcard(const Node& node, std::vector<Predicate>& any) {
    if (node.is(Node::Kind::string)) check_wildcard(node);
    text_operand(node, "wildcard", Op::wildcard, any);
  }

  void check_wildcard(const Node& node) {
    const auto& text = node.text;
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '*' && at + 1 < text.size() && text[at + 1] == '*') {
        return wrong(node, fmt::format("consecutive wildcard characters at position {} of \"{}\"",
                                       at + 1, text));
      }
      if (text[at] != '\\') continue;
      ++at;
      if (at == text.size() || (text[at] != '*' && text[at] != '\\')) {
        return wrong(
            node,
            fmt::format("invalid escape at position {} of \"{}\": only \\* and \\\\ are known", at,
                        text));
      }
    }
  }

  void numeric(const Node& node, std::vector<Predicate>& any) {
    constexpr auto kForm =
        "\"numeric\" takes [\"=\"|\"<\"|\"<=\"|\">\"|\">=\", number] or [\">\"|\">=\", low, "
        "\"<\"|\"<=\", high]";
    if (!node.is(Node::Kind::sequence) || (node.items.size() != 2 && node.items.size() != 4))
      return wrong(node, kForm);
    Predicate predicate;
    predicate.op = Op::numeric;
    for (std::size_t i = 0; i < node.items.size(); i += 2) {
      const auto& sign = node.items[i].text;
      const auto value = number_operand(node.items[i + 1]);
      if (!node.items[i].is(Node::Kind::string) || !value)
        return value ? wrong(node.items[i], kForm) : void();
      const Predicate::Bound bound{*value, sign == "=" || sign.ends_with('=')};
      const bool low = sign == ">" || sign == ">=";
      const bool high = sign == "<" || sign == "<=";
      const bool alone = node.items.size() == 2;
      if (!((sign == "=" && alone) || (low && i == 0) || (high && (alone || i == 2))))
        return wrong(node.items[i], kForm);
      if (!high) predicate.low = bound;
      if (!low) predicate.high = bound;
    }
    if (node.items.size() == 4 && predicate.low->value >= predicate.high->value) {
      return wrong(node, "the lower bound of \"numeric\" must be less than the upper one");
    }
    any.push_back(std::move(predicate));
  }

  std::optional<double> number_operand(const Node& node) {
    if (!node.is(Node::Kind::number)) {
      wrong(node, fmt::format("\"numeric\" compares numbers, not {}", describe(node)));
      return std::nullopt;
    }
    const auto value = comparable_number(node.text);
    if (!value)
      wrong(node, fmt::format("{} cannot be compared: {}", node.text, why_not_compared(node.text)));
    return value;
  }

  void exists(const Node& node, std::vector<Predicate>& any) {
    if (!node.is(Node::Kind::boolean))
      return wrong(node, fmt::format("\"exists\" takes true or false, not {}", describe(node)));
    Predicate predicate;
    predicate.op = Op::exists;
    predicate.flag = node.text == "true";
    any.push_back(std::move(predicate));
  }

  void cidr(const Node& node, std::vector<Predicate>& any) {
    if (node.is(Node::Kind::string) && !IpBlock::parse(node.text)) {
      return wrong(
          node, fmt::format("\"{}\" is not an address block such as 10.0.0.0/24 or 2001:db8::/32",
                            node.text));
    }
    text_operand(node, "cidr", Op::cidr, any);
  }

  void anything_but(const Node& node, std::vector<Predicate>& any) {
    if (node.is(Node::Kind::mapping)) return anything_but_nested(node, any);
    Predicate predicate;
    predicate.op = Op::anything_but_values;
    for (const auto& item : listed(node)) {
      if (!item->is(Node::Kind::string) && !item->is(Node::Kind::number)) {
        return wrong(*item, fmt::format("\"anything-but\" takes strings or numbers, not {}",
                                        describe(*item)));
      }
      if (item->is(Node::Kind::number) && !comparable_number(item->text))
        (void)number_operand(*item);
      literal(*item, predicate.operands);
    }
    const auto& values = predicate.operands;
    const bool mixed = std::any_of(values.begin(), values.end(),
                                   [&](const Predicate& p) { return p.op != values.front().op; });
    if (values.empty() || mixed) {
      return wrong(node,
                   "the list of \"anything-but\" must not be empty, and its values are all strings "
                   "or all numbers");
    }
    any.push_back(std::move(predicate));
  }

  void anything_but_nested(const Node& node, std::vector<Predicate>& any) {
    static const std::vector<std::pair<std::string, Op>> kForms{
        {"prefix", Op::anything_but_prefix},
        {"suffix", Op::anything_but_suffix},
        {"equals-ignore-case", Op::anything_but_ignore_case},
        {"wildcard", Op::anything_but_wildcard}};
    const auto name = node.members.size() == 1 ? node.members.front().first.text : "";
    const auto form =
        std::find_if(kForms.begin(), kForms.end(), [&](const auto& f) { return f.first == name; });
    if (form == kForms.end()) {
      return wrong(node,
                   "\"anything-but\" takes one of "
                   "{\"prefix\"|\"suffix\"|\"equals-ignore-case\"|\"wildcard\": string or list}");
    }
    Predicate predicate;
    predicate.op = form->second;
    const bool affix = name == "prefix" || name == "suffix";
    const auto& operand = node.members.front().second;
    for (const auto* item : listed(operand)) {
      if (affix && item->is(Node::Kind::string) && item->text.empty())
        wrong(*item, fmt::format("an empty {} leaves nothing to match", name));
      if (name == "wildcard" && item->is(Node::Kind::string)) check_wildcard(*item);
      text_operand(*item, name, Op::string, predicate.operands);
    }
    if (listed(operand).empty())
      wrong(operand, fmt::format("the list of \"{}\" must not be empty", name));
    any.push_back(std::move(predicate));
  }

  static std::vector<const Node*> listed(const Node& node) {
    if (!node.is(Node::Kind::sequence)) return {&node};
    std::vector<const Node*> items;
    for (const auto& item : node.items) items.push_back(&item);
    return items;
  }

  void too_long(const Node& node) {
    if (node.text.size() > kMaxOperand)
      wrong(node, fmt::format("a value of {} bytes is over the limit of {}", node.text.size(),
                              kMaxOperand));
  }

  void wrong(const Node& node, std::string message) { out_.error(node.place, std::move(message)); }

  Dialect dialect_;
  int in_or_ = 0;  // how many `$or` are around the current field
  Diagnostics& out_;
  std::size_t before_;
  std::uint32_t order_ = 0;
};

// All matchers. One that is added stands here (CONTRIBUTING.md, "How to add an operator").
const Parser::Matcher Parser::kMatchers[] = {{"prefix", &Parser::prefix},
                                             {"suffix", &Parser::suffix},
                                             {"equals-ignore-case", &Parser::equals_ignore_case},
                                             {"wildcard", &Parser::wildcard},
                                             {"anything-but", &Parser::anything_but},
                                             {"numeric", &Parser::numeric},
                                             {"exists", &Parser::exists},
                                             {"cidr", &Parser::cidr},
                                             {"exactly", &Parser::exactly}};

void Parser::matcher(const Node& node, std::vector<Predicate>& any) {
  if (node.members.size() != 1) {
    return wrong(node, node.members.empty() ? "an empty object is not a matcher"
                                            : "only one matcher is allowed in an object");
  }
  const auto& [key, operand] = node.members.front();
  const auto& name = key.text;
  const auto known = std::ranges::find(kMatchers, name, &Matcher::name);
  if (known != std::end(kMatchers)) return (this->*known->read)(operand, any);
  wrong(key, fmt::format("unknown matcher \"{}\"{}; there are {}", name,
                         did_you_mean(name, matcher_names()), fmt::join(matcher_names(), ", ")));
}

std::size_t combinations(const Clause& clause) {
  std::size_t product = 1;
  for (const auto& group : clause.or_groups) {
    std::size_t sum = 0;
    for (const auto& branch : group) sum += combinations(branch);
    product = std::min(product * sum, kMaxCombinations + 1);
  }
  return product;
}

std::optional<Clause> parse(const Node& node, Dialect dialect, Diagnostics& out) {
  Parser parser(dialect, out);
  auto clause = parser.object(node, "");
  if (const auto count = combinations(clause); count > kMaxCombinations) {
    out.error(
        node.place,
        fmt::format(
            "\"$or\" makes more than {} combinations of this pattern; split it into several rules",
            kMaxCombinations));
  }
  return parser.ok() ? std::optional(std::move(clause)) : std::nullopt;
}

// `match: NPUSMICardNotFound` and `match: [a, b]`: the texts are event types.
std::optional<Clause> types(const Node& node, Diagnostics& out) {
  Node wrapped;
  wrapped.kind = Node::Kind::mapping;
  wrapped.place = node.place;
  Node key;
  key.kind = Node::Kind::string;
  key.text = "type";
  key.place = node.place;
  wrapped.members.emplace_back(std::move(key), node);
  return parse(wrapped, Dialect::rule, out);
}

}  // namespace

const std::vector<std::string>& matcher_names() {
  static const auto kNames = [] {
    std::vector<std::string> names;
    for (const auto& matcher : Parser::kMatchers) names.emplace_back(matcher.name);
    return names;
  }();
  return kNames;
}

std::optional<Clause> parse_pattern(const Node& node, Diagnostics& out) {
  return parse(node, Dialect::strict, out);
}

std::optional<Pattern> parse_match(const Node& node, Diagnostics& out) {
  Pattern pattern;
  const auto before = out.error_count();
  const auto is_map = [](const Node& item) { return item.is(Node::Kind::mapping); };
  const auto is_text = [](const Node& item) { return item.is(Node::Kind::string); };
  const bool list = node.is(Node::Kind::sequence) && !node.items.empty();
  if (list && std::all_of(node.items.begin(), node.items.end(), is_map)) {
    for (const auto& item : node.items) {
      if (auto clause = parse(item, Dialect::rule, out))
        pattern.alternatives.push_back(std::move(*clause));
    }
  } else if (is_text(node) ||
             (list && std::all_of(node.items.begin(), node.items.end(), is_text))) {
    if (auto clause = types(node, out)) pattern.alternatives.push_back(std::move(*clause));
  } else if (is_map(node)) {
    if (auto clause = parse(node, Dialect::rule, out))
      pattern.alternatives.push_back(std::move(*clause));
  } else {
    out.error(node.place, fmt::format("a pattern is a mapping of fields, an event type, a list of "
                                      "types or a list of mappings, not {}",
                                      describe(node)));
  }
  return out.error_count() == before ? std::optional(std::move(pattern)) : std::nullopt;
}

}  // namespace alarum::rules
