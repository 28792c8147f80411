#include "tests/support/naive_matcher.h"

#include <arpa/inet.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace alarum::support {
namespace {

struct Unknown {};  // thrown where this matcher cannot judge

// A JSON value that keeps what nlohmann::json drops: duplicate keys, and long numbers as they were
// written.
struct Member;
struct Value {
  char kind = '0';  // 0 null, b boolean, n number, s string, [ array, { object
  std::string text;
  std::vector<Member> members;  // of an array: without names
};
struct Member {  // a std::pair asks about the value before that is complete; clang minds
  std::string first;
  Value second;
};

struct Reader : nlohmann::json_sax<nlohmann::json> {
  Value root;
  std::vector<Value*> open;
  std::string name;

  bool put(char kind, std::string text) {
    Value value{kind, std::move(text), {}};
    Value* at = &root;
    if (open.empty()) {
      root = std::move(value);
    } else {
      open.back()->members.push_back({std::move(name), std::move(value)});
      at = &open.back()->members.back().second;
      name.clear();
    }
    if (kind == '[' || kind == '{') open.push_back(at);
    return true;
  }
  bool shut() { return open.pop_back(), true; }

  bool null() override { return put('0', "null"); }
  bool boolean(bool value) override { return put('b', value ? "true" : "false"); }
  bool number_integer(std::int64_t value) override { return put('n', std::to_string(value)); }
  bool number_unsigned(std::uint64_t value) override { return put('n', std::to_string(value)); }
  bool number_float(double, const std::string& text) override { return put('n', text); }
  bool string(std::string& value) override { return put('s', value); }
  bool binary(nlohmann::json::binary_t&) override { return false; }
  bool start_object(std::size_t) override { return put('{', ""); }
  bool key(std::string& value) override { return name = value, true; }
  bool end_object() override { return shut(); }
  bool start_array(std::size_t) override { return put('[', ""); }
  bool end_array() override { return shut(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
    return false;
  }
};

Value read(std::string_view text) {
  Reader reader;
  if (!nlohmann::json::sax_parse(text, &reader)) throw Unknown{};
  return std::move(reader.root);
}

// ---- single values

// "123e-2" for 1.230: the same for all decimals of one value.
std::string plain(std::string text) {
  const bool minus = text[0] == '-';
  if (minus) text.erase(0, 1);
  const auto e = text.find_first_of("eE");
  long power = e == std::string::npos ? 0 : std::strtol(text.c_str() + e + 1, nullptr, 10);
  text.resize(std::min(e, text.size()));
  if (const auto point = text.find('.'); point != std::string::npos) {
    power -= static_cast<long>(text.size() - point - 1);
    text.erase(point, 1);
  }
  text.erase(0, text.find_first_not_of('0'));
  for (; !text.empty() && text.back() == '0'; ++power) text.pop_back();
  return text.empty() ? "0" : (minus ? "-" : "") + text + "e" + std::to_string(power);
}

// The double, when the decimal is the shortest one (or an equal one) that stands for it.
std::optional<double> exact(const std::string& text) {
  const double value = std::strtod(text.c_str(), nullptr);
  if (!std::isfinite(value)) return std::nullopt;
  for (int digits = 1; digits <= 17; ++digits) {
    char written[40];
    std::snprintf(written, sizeof written, "%.*e", digits - 1, value);
    if (std::strtod(written, nullptr) == value)
      return plain(written) == plain(text) ? std::optional(value) : std::nullopt;
  }
  return std::nullopt;
}

std::string address(const std::string& text) {  // 4 or 16 bytes, or nothing
  unsigned a = 0, b = 0, c = 0, d = 0;
  char more = 0;
  if (text.find_first_not_of("0123456789.") == std::string::npos) {
    const bool four = std::sscanf(text.c_str(), "%3u.%3u.%3u.%3u%c", &a, &b, &c, &d, &more) == 4;
    if (!four || a > 255 || b > 255 || c > 255 || d > 255) return "";
    return {static_cast<char>(a), static_cast<char>(b), static_cast<char>(c), static_cast<char>(d)};
  }
  char bytes[16];
  if (text.find('.') != std::string::npos || inet_pton(AF_INET6, text.c_str(), bytes) != 1)
    return "";
  return {bytes, sizeof bytes};
}

bool in_block(const std::string& block, const std::string& text) {
  const auto slash = block.find('/');
  const auto base = address(block.substr(0, slash)), given = address(text);
  if (given.empty() || base.size() != given.size()) return false;
  for (int bit = 0; bit < std::atoi(block.c_str() + slash + 1); ++bit) {
    const auto of = [&](const std::string& bytes) {
      return bytes[static_cast<std::size_t>(bit) / 8] >> (7 - bit % 8) & 1;
    };
    if (of(base) != of(given)) return false;
  }
  return true;
}

bool wildcard(const char* pattern, const char* text) {
  if (*pattern == '\0') return *text == '\0';
  if (*pattern == '*')
    return wildcard(pattern + 1, text) || (*text != '\0' && wildcard(pattern, text + 1));
  if (*pattern == '\\') ++pattern;
  return *pattern == *text && wildcard(pattern + 1, text + 1);
}

// Every text that differs from `pattern` in case only.
std::vector<std::string> cases(std::string pattern) {
  static const std::map<std::string, std::pair<std::string, std::string>> kLetters{
      {"é", {"é", "É"}}, {"É", {"é", "É"}}, {"ß", {"ß", "SS"}},          {"ſ", {"ſ", "S"}},
      {"İ", {"i̇", "İ"}}, {"ǅ", {"ǆ", "Ǆ"}}, {"\u212A", {"k", "\u212A"}}, {"😀", {"😀", "😀"}}};
  std::vector<std::string> all{""};
  while (!pattern.empty()) {
    const auto first = static_cast<unsigned char>(pattern[0]);
    const auto letter = pattern.substr(0, first < 0x80   ? 1
                                          : first < 0xE0 ? 2
                                          : first < 0xF0 ? 3
                                                         : 4);
    pattern.erase(0, letter.size());
    std::pair<std::string, std::string> forms{
        std::string(1, static_cast<char>(std::tolower(first))),
        std::string(1, static_cast<char>(std::toupper(first)))};
    if (letter.size() > 1) {
      if (!kLetters.contains(letter)) throw Unknown{};
      forms = kLetters.at(letter);
    }
    if (all.size() > 4096) throw Unknown{};
    std::vector<std::string> longer;
    for (const auto& begun : all) {
      longer.push_back(begun + forms.first);
      if (forms.first != forms.second) longer.push_back(begun + forms.second);
    }
    all = std::move(longer);
  }
  return all;
}

bool numeric(const Value& terms, double value) {
  for (std::size_t i = 0; i + 1 < terms.members.size(); i += 2) {
    const auto& op = terms.members[i].second.text;
    const double bound = std::strtod(terms.members[i + 1].second.text.c_str(), nullptr);
    if (op == "="    ? value != bound
        : op == "<"  ? value >= bound
        : op == "<=" ? value > bound
        : op == ">"  ? value <= bound
                     : value < bound)
      return false;
  }
  return true;
}

bool fits(const Value& test, const Value& leaf);

bool named(const std::string& name, const Value& operand, const Value& leaf) {
  if (name == "exists")
    return operand.text == "true";  // false is settled elsewhere: here is a leaf
  if (name == "anything-but") {
    if (operand.kind == '{') {
      const auto& [inner, texts] = operand.members.front();
      if (texts.kind != '[') return !named(inner, texts, leaf);
      for (const auto& [unused, text] : texts.members)
        if (named(inner, text, leaf)) return false;
      return true;
    }
    const auto same = [&](const Value& v) {
      return v.kind == 's' ? leaf.kind == 's' && leaf.text == v.text : fits(v, leaf);
    };
    if (operand.kind != '[') return !same(operand);
    for (const auto& [unused, value] : operand.members)
      if (same(value)) return false;
    return true;
  }
  if (name == "numeric")
    return leaf.kind == 'n' && exact(leaf.text) && numeric(operand, *exact(leaf.text));
  if (leaf.kind != 's') return false;
  const auto& text = leaf.text;
  const bool ignore_case = operand.kind == '{';
  const auto of = [&](const auto& check) {
    for (const auto& one :
         ignore_case || name == "equals-ignore-case"
             ? cases(ignore_case ? operand.members.front().second.text : operand.text)
             : std::vector{operand.text}) {
      if (check(one)) return true;
    }
    return false;
  };
  if (name == "prefix")
    return of([&](const auto& one) { return text.substr(0, one.size()) == one; });
  if (name == "suffix")
    return of([&](const auto& one) {
      return text.size() >= one.size() && text.substr(text.size() - one.size()) == one;
    });
  if (name == "equals-ignore-case" || name == "exactly")
    return of([&](const auto& one) { return text == one; });
  if (name == "wildcard")
    return text.find('\0') == std::string::npos && operand.text.find('\0') == std::string::npos
               ? wildcard(operand.text.c_str(), text.c_str())
               : throw Unknown{};
  return name == "cidr" ? in_block(operand.text, text) : throw Unknown{};
}

bool fits(const Value& test, const Value& leaf) {
  if (test.kind == '{') return named(test.members.front().first, test.members.front().second, leaf);
  if (test.kind != leaf.kind) return false;
  if (test.text == leaf.text) return true;
  if (test.kind == 'n') return exact(test.text) && exact(test.text) == exact(leaf.text);
  return test.kind == 's' && !address(test.text).empty() &&
         address(test.text) == address(leaf.text);
}

// ---- whole events

using Elements = std::map<int, int>;  // array → the element of it

struct Leaf {
  std::string path;
  const Value* value;
  Elements where;
};

void flatten(const Value& value, const std::string& path, Elements& where, int& arrays,
             std::vector<Leaf>& out) {
  const int array = value.kind == '[' ? arrays++ : -1;
  int element = 0;
  for (const auto& [name, member] : value.members) {
    const bool nested = member.kind == '[' || member.kind == '{';
    const auto full = array >= 0 ? path : path.empty() ? name : path + "." + name;
    if (array >= 0 && nested) where[array] = element;
    if (nested)
      flatten(member, full, where, arrays, out);
    else
      out.push_back({full, &member, where});
    where.erase(array);
    ++element;
  }
}

// Path → its list; of two for one path the later holds
using Conjunction = std::map<std::string, const Value*>;

void multiply_out(const Value& object, const std::string& path, std::vector<Conjunction>& all) {
  for (const auto& [name, value] : object.members) {
    const auto full = path.empty() ? name : path + "." + name;
    if (name == "$or") {
      std::vector<Conjunction> product;
      for (const auto& [unused, branch] : value.members) {
        auto copy = all;
        multiply_out(branch, path, copy);
        product.insert(product.end(), copy.begin(), copy.end());
      }
      all = product;
    } else if (value.kind == '{') {
      multiply_out(value, full, all);
    } else {
      for (auto& one : all) one[full] = &value;
    }
  }
}

bool stands(const Elements& chosen, const Leaf& leaf) {
  for (const auto& [array, element] : leaf.where) {
    if (chosen.contains(array) && chosen.at(array) != element) return false;
  }
  return true;
}

// Field by field in order of path: a leaf that stands with those chosen before, or none at all that
// does.
bool settle(Conjunction::const_iterator field, Conjunction::const_iterator end,
            const std::vector<Leaf>& leaves, const Elements& chosen) {
  if (field == end) return true;
  bool any_stands = false;
  for (const auto& leaf : leaves) {
    if (leaf.path != field->first || !stands(chosen, leaf)) continue;
    any_stands = true;
    for (const auto& [unused, test] : field->second->members) {
      if (!fits(test, *leaf.value)) continue;
      auto more = chosen;
      more.insert(leaf.where.begin(), leaf.where.end());
      if (settle(std::next(field), end, leaves, more)) return true;
    }
  }
  for (const auto& [unused, test] : field->second->members) {
    const bool absence = test.kind == '{' && test.members.front().first == "exists" &&
                         test.members.front().second.text == "false";
    if (absence && !any_stands) return settle(std::next(field), end, leaves, chosen);
  }
  return false;
}

}  // namespace

std::optional<bool> naive_match(std::string_view pattern, std::string_view event) try {
  const auto tests = read(pattern), values = read(event);
  std::vector<Leaf> leaves;
  Elements where;
  int arrays = 0;
  flatten(values, "", where, arrays, leaves);
  std::vector<Conjunction> conjunctions(1);
  multiply_out(tests, "", conjunctions);
  for (const auto& one : conjunctions) {
    if (settle(one.begin(), one.end(), leaves, {})) return true;
  }
  return false;
} catch (const Unknown&) {
  return std::nullopt;
}

}  // namespace alarum::support
