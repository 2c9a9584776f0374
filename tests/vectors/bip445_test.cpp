// BIP 445 (FROST signing): every case of every file, errors included.
#include "bip445_adapter.hpp"

using namespace quorate;
using namespace quorate::crypto;
using namespace quorate::vectors;

namespace {

/// Calls `check(case)` for all cases of one kind in all groups; at least one must exist.
template <class F>
void for_cases(const Json& file, const std::string& kind, F check) {
  int count = 0;
  for (const Json& group : file.at("test_groups")) {
    if (!group.contains(kind)) continue;
    for (const Json& test : group.at(kind)) {
      INFO(kind << " tc_id " << test.at("tc_id") << ": " << test.at("comment"));
      check(Bip445Case{group, test});
      ++count;
    }
  }
  CHECK(count > 0);
}

template <class T>
void check_value(const Bip445Outcome<T>& got, const Json& expected) {
  REQUIRE_MESSAGE(got.value.has_value(), got.error.dump());
  CHECK(*got.value == fixed<T>(expected.get<std::string>()));
}

template <class T>
void check_error(const Bip445Outcome<T>& got, const Json& expected) {
  CHECK_FALSE(got.value.has_value());
  CHECK(got.error == expected);
}

std::optional<std::string> optional_text(const Json& test, const std::string& name) {
  if (!test.contains(name) || test.at(name).is_null()) return std::nullopt;
  return test.at(name).get<std::string>();
}

}  // namespace

TEST_CASE("bip445: nonces with and without the optional inputs") {
  const Json file = read_json("bip445/nonce_gen_vectors.json");
  for (const Json& test : file.at("valid_tests")) {
    INFO("tc_id " << test.at("tc_id") << ": " << test.at("comment"));
    std::optional<SecretScalar> share;
    NonceContext context;
    if (const auto text = optional_text(test, "secshare")) {
      share.emplace(SecretScalar::from(hex(*text)).value());
      context.share = &*share;
    }
    if (const auto text = optional_text(test, "pubshare")) {
      context.public_share = fixed<PublicKey>(*text);
    }
    if (const auto text = optional_text(test, "thresh_pk")) {
      context.threshold_key = fixed<XOnlyKey>(*text);
    }
    if (const auto text = optional_text(test, "msg")) context.message = hex(*text);
    if (const auto text = optional_text(test, "extra_in")) context.extra = hex(*text);
    const SecretNonce nonce =
        generate_nonce(fixed<Hash256>(test.at("rand_").get<std::string>()), context);
    const Bytes expected = hex(test.at("expected").at(0).get<std::string>());
    CHECK(to_bytes(nonce.k1().reveal()) == Bytes(expected.begin(), expected.begin() + 32));
    CHECK(to_bytes(nonce.k2().reveal()) == Bytes(expected.begin() + 32, expected.end()));
    CHECK(nonce.public_nonce() ==
          fixed<PublicNonce>(test.at("expected").at(1).get<std::string>()));
  }
}

TEST_CASE("bip445: aggregate nonces, and the index of a bad one") {
  const Json file = read_json("bip445/nonce_agg_vectors.json");
  const auto nonces = [&](const Json& test) {
    std::vector<PublicNonce> out;
    for (const Json& i : test.at("pubnonce_indices")) {
      out.push_back(fixed<PublicNonce>(
          file.at("pubnonces").at(i.get<std::size_t>()).get<std::string>()));
    }
    return out;
  };
  for (const Json& test : file.at("valid_tests")) {
    INFO("tc_id " << test.at("tc_id") << ": " << test.at("comment"));
    check_value(run_nonce_aggregation(nonces(test)), test.at("expected"));
  }
  for (const Json& test : file.at("error_tests")) {
    INFO("tc_id " << test.at("tc_id") << ": " << test.at("comment"));
    check_error(run_nonce_aggregation(nonces(test)), test.at("error"));
  }
}

TEST_CASE("bip445: partial signatures, refusals and verification") {
  const Json file = read_json("bip445/sign_verify_vectors.json");
  for_cases(file, "valid_tests", [](const Bip445Case& c) {
    check_value(run_sign(c), c.test.at("expected"));
    // What was signed must also verify in the place of its signer.
    Json test = c.test;
    test["psig"] = c.test.at("expected");
    test["signer_index"] = c.my_position();
    const auto verified = run_verify(Bip445Case{c.group, test});
    REQUIRE_MESSAGE(verified.value.has_value(), verified.error.dump());
    CHECK(*verified.value);
  });
  for_cases(file, "sign_error_tests", [](const Bip445Case& c) {
    check_error(run_sign(c), c.test.at("error"));
  });
  for_cases(file, "verify_fail_tests", [](const Bip445Case& c) {
    const auto verified = run_verify(c);
    REQUIRE_MESSAGE(verified.value.has_value(), verified.error.dump());
    CHECK_FALSE(*verified.value);
  });
  for_cases(file, "verify_error_tests", [](const Bip445Case& c) {
    check_error(run_verify(c), c.test.at("error"));
  });
}

TEST_CASE("bip445: plain and x-only tweaks") {
  const Json file = read_json("bip445/tweak_vectors.json");
  for_cases(file, "valid_tests", [](const Bip445Case& c) {
    check_value(run_sign(c), c.test.at("expected"));
  });
  for_cases(file, "error_tests", [](const Bip445Case& c) {
    check_error(run_sign(c), c.test.at("error"));
  });
}

TEST_CASE("bip445: aggregation gives plain BIP 340 signatures, errors name the signer") {
  const Json file = read_json("bip445/sig_agg_vectors.json");
  for_cases(file, "valid_tests", [](const Bip445Case& c) {
    check_value(run_aggregate(c), c.test.at("expected"));
    std::vector<Tweak> tweaks;
    for (std::size_t i = 0; i < c.test.at("tweak_indices").size(); ++i) {
      const auto index = c.test.at("tweak_indices").at(i).get<std::size_t>();
      tweaks.push_back({fixed<Hash256>(c.group.at("tweaks").at(index).get<std::string>()),
                        c.test.at("is_xonly").at(i).get<bool>() ? TweakMode::x_only
                                                                : TweakMode::plain});
    }
    const TweakedKey key = tweak_key(c.threshold_key(), tweaks).value();
    CHECK(verify_schnorr(key.key.x_bytes(), hex(c.test.at("msg").get<std::string>()),
                         fixed<SchnorrSignature>(c.test.at("expected").get<std::string>())));
  });
  for_cases(file, "error_tests", [](const Bip445Case& c) {
    check_error(run_aggregate(c), c.test.at("error"));
  });
}
