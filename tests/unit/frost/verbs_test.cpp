#include "runtime/frost/signing_verbs.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::frost;
using crypto::SecretKey;

namespace {

SecretKey host(std::uint8_t member) {
  return SecretKey::derive("quorate/test-verbs", ByteView{&member, 1});
}

Group make_group() {
  return new_group({{"amber", host(0).public_key(), 3},
                    {"birch", host(1).public_key(), 2},
                    {"cedar", host(2).public_key(), 1}},
                   {4, 0, GroupKind::producers, 0, 0})
      .value();
}

/// Three members up to their shares; member 2 may be cheated by member 1.
struct Ceremony {
  Group group = make_group();
  std::vector<Json> states, dealings, confirmations;

  explicit Ceremony(bool birch_cheats = false) {
    for (std::uint8_t p = 0; p < 3; ++p) {
      states.push_back(new_dealer_state(group, host(p)));
      const bool damage = birch_cheats && p == 1;
      dealings.push_back(
          deal(group, host(p), states[p], damage ? std::optional{MemberIndex{2}} : std::nullopt)
              .value());
    }
    const Dealings read = read_dealings(group, dealings).value();
    for (std::uint8_t p = 0; p < 3; ++p) {
      confirmations.push_back(confirm(group, host(p), &states[p], read).value());
    }
  }
  Result<Finished> finish_as(std::uint8_t p) const {
    return finish(group, host(p), &states[p], read_dealings(group, dealings).value(),
                  confirmations);
  }
};

/// The same three, ready to sign.
struct Signing {
  FinishedGroup group;
  std::vector<crypto::PartyKey> shares;
  std::vector<NewNonces> nonces;
  std::vector<Json> persisted;

  explicit Signing(const Ceremony& ceremony)
      : group(finished_from(ceremony.finish_as(0).value().outcome).value()) {
    for (std::uint8_t p = 0; p < 3; ++p) {
      shares.push_back(
          open_key_shares(group, host(p), ceremony.finish_as(p).value().shares).value());
      nonces.push_back(new_nonces(group, host(p), shares.back()).value());
    }
  }
  [[nodiscard]] Json request(std::uint8_t hash, const std::vector<Json>& used = {}) const {
    crypto::SigningSubject subject;
    subject.hash.bytes[0] = hash;
    return new_request(group, subject,
                       {nonces[0].published, nonces[1].published, nonces[2].published}, used)
        .value();
  }
  Result<Json> sign_as(std::uint8_t p, const Json& request) {
    return sign(group, host(p), shares[p], nonces[p].secret, request, [this](const Json& document) {
      persisted.push_back(document);
      return done();
    });
  }
};

}  // namespace

TEST_CASE("open_key: the passphrase opens the key it was made with") {
  const Json document = new_key("amber", as_bytes("pass"), PassphraseCost::interactive);
  const auto with = [](const char* text) {
    return [text]() -> Result<SecretBytes> { return SecretBytes{as_bytes(text)}; };
  };
  const auto key = open_key(document, with("pass"));
  REQUIRE(key.ok());
  CHECK(to_hex(key->public_key()) == document["key"]);
  CHECK(open_key(document, with("other")).code() == Errc::passphrase_wrong);
  CHECK(open_key(document, []() -> Result<SecretBytes> {
          return Errc::passphrase_missing;
        }).code() == Errc::passphrase_missing);
  Json renamed = document;
  renamed["name"] = "birch";
  CHECK(open_key(renamed, with("pass")).code() == Errc::passphrase_wrong);
}

TEST_CASE("member_from and new_group: malformed members are refused by name") {
  const std::string key = to_hex(host(0).public_key());
  CHECK(member_from("amber:" + key + ":12").value().slots == 12);
  const std::vector<std::string> malformed = {"amber",          "amber:" + key,
                                              ":" + key + ":1", "amber:" + key + ":x",
                                              "amber:02ab:1",   "amber:" + key + ":1x"};
  for (const std::string& text : malformed) {
    CHECK(member_from(text).code() == Errc::bad_option);
  }
  const crypto::PublicKey public_key = host(0).public_key();
  CHECK(new_group({{"a", public_key, 1}, {"a", public_key, 1}}, {}).code() == Errc::bad_option);
  CHECK(new_group({{"a", public_key, 1}}, {2, 0, GroupKind::producers, 0, 0}).code() ==
        Errc::bad_keygen_config);
}

TEST_CASE("documents: group and outcome come back as they were; damage is refused") {
  const Ceremony ceremony;
  const Group again = group_from(to_json(ceremony.group)).value();
  CHECK(again.config.id() == ceremony.group.config.id());
  CHECK(again.names == ceremony.group.names);
  Json outcome = ceremony.finish_as(0).value().outcome;
  CHECK(finished_from(outcome).value().keys->key() ==
        finished_from(ceremony.finish_as(2).value().outcome).value().keys->key());
  std::string shares = outcome["public_shares"];
  outcome["public_shares"] = shares.substr(66) + shares.substr(0, 66);
  CHECK(finished_from(outcome).code() == Errc::key_material_mismatch);
  outcome["public_shares"] = shares.substr(2);
  CHECK(finished_from(outcome).code() == Errc::document_malformed);
  CHECK(parse_document("{", kinds::group, "x").code() == Errc::document_malformed);
  CHECK(parse_document(outcome.dump(), kinds::group, "x").code() == Errc::document_of_other_kind);
}

TEST_CASE("read_statement: another group, member, kind or byte is refused") {
  const Ceremony ceremony;
  const Json& good = ceremony.dealings[0];
  REQUIRE(read_statement(kinds::dealing, ceremony.group, good).ok());
  CHECK(read_statement(kinds::nonces, ceremony.group, good).code() == Errc::bad_signature);
  Json bad = good;
  bad["from"] = "birch";
  CHECK(read_statement(kinds::dealing, ceremony.group, bad).code() == Errc::bad_signature);
  bad["from"] = "nobody";
  CHECK(read_statement(kinds::dealing, ceremony.group, bad).code() == Errc::no_such_member);
  bad = good;
  bad["bytes"] = good["bytes"].get<std::string>() + "00";
  CHECK(read_statement(kinds::dealing, ceremony.group, bad).code() == Errc::bad_signature);
  bad = good;
  bad["cid"] = std::string(64, '0');
  CHECK(read_statement(kinds::dealing, ceremony.group, bad).code() ==
        Errc::document_of_other_group);
}

TEST_CASE("deal: the same state deals the same bytes, a foreign state is refused") {
  const Ceremony ceremony;
  const Json again = deal(ceremony.group, host(0), ceremony.states[0], std::nullopt).value();
  CHECK(again["bytes"] == ceremony.dealings[0]["bytes"]);
  CHECK(deal(ceremony.group, host(1), ceremony.states[0], std::nullopt).code() ==
        Errc::unreadable_box);
  CHECK(deal(ceremony.group, host(9), ceremony.states[0], std::nullopt).code() ==
        Errc::no_such_member);
  CHECK(read_dealings(ceremony.group, {again, again}).code() == Errc::bad_qualified_set);
}

TEST_CASE("judge and finish: the cheating dealer is convicted by its victim and left out by all") {
  const Ceremony ceremony{true};
  CHECK(ceremony.confirmations[2]["complains_about"][0] == "birch");
  CHECK(ceremony.confirmations[0]["complains_about"].empty());
  const auto verdict = judge(ceremony.group, ceremony.dealings[1], ceremony.confirmations[2]);
  REQUIRE(verdict.ok());
  CHECK(verdict->guilty == crypto::Verdict::Guilty::dealer);
  CHECK(judge(ceremony.group, ceremony.dealings[0], ceremony.confirmations[2]).code() ==
        Errc::bad_complaint);
  const Json lie = complain(ceremony.group, host(2), ceremony.dealings[0]).value();
  CHECK(judge(ceremony.group, ceremony.dealings[0], lie).value().guilty ==
        crypto::Verdict::Guilty::complainer);
  for (const std::uint8_t p : {0, 1, 2}) {
    const auto finished = ceremony.finish_as(p);
    REQUIRE(finished.ok());
    REQUIRE(finished->left_out.size() == 1);
    CHECK(finished->left_out[0].first == "birch");
    CHECK(finished->outcome["qualified"] == "101");
  }
}

TEST_CASE("finish: confirmations below the threshold are not enough") {
  Ceremony ceremony;
  ceremony.confirmations = {ceremony.confirmations[1], ceremony.confirmations[2]};  // weight 3 of 4
  CHECK(ceremony.finish_as(0).code() == Errc::below_threshold);
}

TEST_CASE("finish: a dealer that dealt others something else is left out") {
  Ceremony ceremony;
  const Json other_state = new_dealer_state(ceremony.group, host(2));
  Ceremony others = ceremony;
  others.dealings[2] = deal(ceremony.group, host(2), other_state, std::nullopt).value();
  const Dealings seen = read_dealings(ceremony.group, others.dealings).value();
  ceremony.confirmations[1] = confirm(ceremony.group, host(1), &ceremony.states[1], seen).value();
  const auto finished = ceremony.finish_as(0);
  REQUIRE(finished.ok());
  CHECK(finished->left_out[0].second.code == Errc::dealer_equivocated);
}

TEST_CASE("sign, aggregate, verify: a signature that holds for its hash and no other") {
  Signing signing{Ceremony{}};
  const Json request = signing.request(7);
  std::vector<Json> shares;
  for (const std::uint8_t p : {0, 1, 2}) shares.push_back(signing.sign_as(p, request).value());
  const Aggregated result = aggregate(signing.group, request, shares).value();
  REQUIRE(result.signature);
  Hash256 expected;
  expected.bytes[0] = 7;
  CHECK(verify(signing.group, *result.signature, expected).ok());
  CHECK(verify(signing.group, *result.signature, std::nullopt).ok());
  expected.bytes[0] = 8;
  CHECK(verify(signing.group, *result.signature, expected).code() == Errc::bad_signature);
  shares.pop_back();
  const auto missing = aggregate(signing.group, request, shares);
  CHECK(missing.code() == Errc::shares_missing);
  CHECK(missing.error().detail.find("cedar") != std::string::npos);
}

TEST_CASE("aggregate: a wrong share names its member") {
  Signing signing{Ceremony{}};
  const Json request = signing.request(7);
  std::vector<Json> shares;
  for (const std::uint8_t p : {0, 1, 2}) shares.push_back(signing.sign_as(p, request).value());
  auto wrong = read_said<crypto::SignatureShare>(kinds::share, signing.group.group, shares[1])
                   .value()
                   .second;
  wrong.partial.bytes[31] ^= 1;
  shares[1] =
      sign_statement(kinds::share, signing.group.group, MemberIndex{1}, host(1), encode(wrong));
  const Aggregated result = aggregate(signing.group, request, shares).value();
  CHECK_FALSE(result.signature);
  REQUIRE(result.wrong.size() == 1);
  CHECK(result.wrong[0].first == "birch");
}

TEST_CASE("sign: the nonce is erased on disk before the share exists") {
  Signing signing{Ceremony{}};
  const Json request = signing.request(1);
  const Json first = signing.sign_as(0, request).value();
  REQUIRE(signing.persisted.size() == 2);
  // A crash after the first write: the file knows of the session, has no share, and no nonce.
  signing.nonces[0].secret = signing.persisted[0];
  CHECK(signing.sign_as(0, request).code() == Errc::nonce_used);
  CHECK(signing.sign_as(0, signing.request(2)).code() == Errc::nonce_used);
  // After the second write the same request gives the same share, another one is refused.
  signing.nonces[0].secret = signing.persisted[1];
  CHECK(signing.sign_as(0, request).value()["bytes"] == first["bytes"]);
  CHECK(signing.sign_as(0, signing.request(2)).code() == Errc::nonce_used);
  CHECK(signing.sign_as(0, signing.request(2, {request})).ok());
}

TEST_CASE("sign: nothing leaves when the nonce file cannot be written") {
  Signing signing{Ceremony{}};
  const auto failing = [](const Json&) -> Result<> { return Errc::cannot_write_file; };
  CHECK(sign(signing.group, host(0), signing.shares[0], signing.nonces[0].secret,
             signing.request(1), failing)
            .code() == Errc::cannot_write_file);
}

TEST_CASE("sign: a nonce file put together from two states does not open") {
  Signing signing{Ceremony{}};
  const Json before = signing.nonces[0].secret;
  REQUIRE(signing.sign_as(0, signing.request(1)).ok());
  Json mixed = signing.nonces[0].secret;
  mixed["answers"] = before["answers"];
  signing.nonces[0].secret = mixed;
  CHECK(signing.sign_as(0, signing.request(2)).code() == Errc::unreadable_box);
}

TEST_CASE("new_request: members below the threshold are not asked, spent batches are named") {
  const Signing signing{Ceremony{}};
  crypto::SigningSubject subject;
  CHECK(new_request(signing.group, subject, {signing.nonces[0].published}, {}).code() ==
        Errc::below_threshold);
  std::vector<Json> used;
  for (std::size_t i = 0; i < crypto::nonces_per_batch; ++i)
    used.push_back(signing.request(1, used));
  CHECK(new_request(signing.group, subject, {signing.nonces[0].published}, used).code() ==
        Errc::unknown_nonce);
}
