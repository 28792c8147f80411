#include "ingest/push/chain.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "base/ascii.h"
#include "ingest/push/allowed_url.h"
#include "ingest/push/x509.h"

namespace alarum::ingest {
namespace {

using Store = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;
using Context = std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;
using Accesses = std::unique_ptr<AUTHORITY_INFO_ACCESS, Freed<AUTHORITY_INFO_ACCESS_free>>;
struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }  // it borrows
};
using Stack = std::unique_ptr<STACK_OF(X509), FreeStack>;

std::unexpected<Error> untrusted(std::string message) {
  ERR_clear_error();  // what OpenSSL noted belongs to no later call on this thread
  return fail("untrusted_certificate", std::move(message));
}

std::string text_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

// The http URL of caIssuers; empty if the certificate names none.
std::string issuer_url(X509* certificate) {
  const Accesses all(static_cast<AUTHORITY_INFO_ACCESS*>(
      X509_get_ext_d2i(certificate, NID_info_access, nullptr, nullptr)));
  for (int i = 0; all && i < sk_ACCESS_DESCRIPTION_num(all.get()); ++i) {
    const auto* one = sk_ACCESS_DESCRIPTION_value(all.get(), i);
    if (OBJ_obj2nid(one->method) != NID_ad_ca_issuers || one->location->type != GEN_URI) continue;
    auto url = text_of(one->location->d.uniformResourceIdentifier);
    if (url.starts_with("http://") && url.size() < 500) return url;
  }
  return {};
}

std::vector<std::string> names_of(X509* certificate) {
  std::vector<std::string> out;
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const auto* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) out.push_back(lowered(text_of(name->d.dNSName)));
  }
  if (!out.empty()) return out;
  const auto* subject = X509_get_subject_name(certificate);
  for (int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1); at >= 0;
       at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) {
    out.push_back(lowered(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)))));
  }
  return out;
}

}  // namespace

Result<std::optional<std::string>> missing_issuer(std::string_view pem, const std::string& ca_file,
                                                  Time now) {
  const auto chain = certificates_of(pem);
  if (chain.empty()) return untrusted("what was fetched is no certificate");
  const Store store(X509_STORE_new());
  const bool loaded = ca_file.empty() ? X509_STORE_set_default_paths(store.get()) == 1
                                      : X509_STORE_load_file(store.get(), ca_file.c_str()) == 1;
  if (!loaded)
    return untrusted(ca_file.empty() ? "the system's authorities cannot be read"
                                     : fmt::format("{} cannot be read", ca_file));
  const Stack between(sk_X509_new_null());
  for (const auto& one : chain) sk_X509_push(between.get(), one.get());
  const Context context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), chain.front().get(), between.get());
  auto* const parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(
      parameters, std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
  // The file may have the issuer itself instead of a root authority.
  if (!ca_file.empty()) X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
  if (X509_verify_cert(context.get()) == 1) {
    ERR_clear_error();
    return std::optional<std::string>();
  }
  const int fault = X509_STORE_CTX_get_error(context.get());
  auto* const last = X509_STORE_CTX_get_current_cert(context.get());
  const bool missing = fault == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
                       fault == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
                       fault == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
  if (auto url = missing && last ? issuer_url(last) : std::string(); !url.empty()) {
    ERR_clear_error();
    return std::optional(std::move(url));
  }
  return untrusted(fmt::format("no authority that we trust vouches for the certificate: {}",
                               X509_verify_cert_error_string(fault)));
}

Result<std::string> with_issuer(std::string_view pem, std::string_view issuer) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(issuer.data());
  Certificate one(d2i_X509(nullptr, &bytes, static_cast<long>(issuer.size())));
  if (!one) {
    auto several = certificates_of(issuer, 1);
    if (several.empty())
      return untrusted("what was fetched as the certificate's issuer is no certificate");
    one = std::move(several.front());
  }
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), one.get());
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  ERR_clear_error();
  return fmt::format("{}\n{}", pem, std::string_view(text, static_cast<std::size_t>(size)));
}

Result<void> check_names(std::string_view pem, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  const auto chain = certificates_of(pem, 1);
  if (chain.empty()) return untrusted("what was fetched is no certificate");
  const auto borne = names_of(chain.front().get());
  ERR_clear_error();
  const auto wanted = [&](const std::string& name) {
    return std::ranges::any_of(names, [&](const auto& pattern) { return is_host(pattern, name); });
  };
  if (std::ranges::any_of(borne, wanted)) return {};
  return untrusted(fmt::format(
      "the certificate was issued to {}, which is none of the names that certificate_names allows",
      borne.empty() ? "nobody" : fmt::format("{}", fmt::join(borne, ", ")).substr(0, 300)));
}

}  // namespace alarum::ingest
