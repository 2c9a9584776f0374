// Runs everything that touches secrets with the secrets marked as undefined memory. Under memcheck
// any branch or index that depends on one is an error (crypto/declassify.hpp says what becomes
// public and where). `--leak` branches on a secret on purpose: memcheck must report it, else the
// test is blind.
#include <valgrind/memcheck.h>

#include <cstdio>
#include <cstring>

#include "crypto/frost_session.hpp"

using namespace quorate;
using namespace quorate::crypto;

namespace {

void conceal(ByteView secret) { VALGRIND_MAKE_MEM_UNDEFINED(secret.data(), secret.size()); }

SecretKey host(std::uint8_t party) {
  SecretKey key = SecretKey::derive("quorate/constant-time", ByteView{&party, 1});
  conceal(key.reveal());
  return key;
}

Hash256 secret32(std::uint8_t use, std::uint8_t party) {
  Hash256 out;
  out.bytes[0] = use;
  out.bytes[1] = party;
  conceal(out.view());
  return out;
}

KeygenConfig make_config() {
  KeygenSpec spec;
  std::uint32_t next = 0;
  for (std::uint8_t p = 0; p < 3; ++p) {
    KeygenParty party{host(p).public_key(), {}};
    for (int i = 0; i < 3 - p; ++i) party.ids.push_back(SlotIndex{next++});
    spec.parties.push_back(std::move(party));
  }
  spec.threshold = threshold_of(next);
  return KeygenConfig::make(std::move(spec)).value();
}

struct Member {
  OwnDealing own;
  PartyKey key{MemberIndex{}, {}};
};

/// Dealing, decryption, sums of shares, and a complaint.
OutcomeRef generate(const KeygenConfig& config, std::vector<Member>& members) {
  std::vector<DealingRef> dealings;
  for (std::uint8_t p = 0; p < 3; ++p) {
    members.emplace_back();
    members[p].own = deal(config, MemberIndex{p}, host(p), secret32(1, p)).value();
    dealings.push_back(parse_dealing(config, members[p].own.bytes).value());
  }
  const OutcomeRef outcome = combine_dealings(config, dealings).value();
  for (std::uint8_t p = 0; p < 3; ++p) {
    const Examination seen =
        examine_dealings(config, MemberIndex{p}, host(p), dealings, &members[p].own, Hash256{})
            .value();
    ASSERT(seen.complaints.empty());
    members[p].key = finish_shares(config, *outcome, MemberIndex{p}, seen.shares).value();
  }
  const Complaint complaint =
      complain(config, *dealings[0], MemberIndex{1}, host(1), secret32(2, 1)).value();
  ASSERT(judge(config, *dealings[0], complaint).value().guilty == Verdict::Guilty::complainer);
  return outcome;
}

/// Nonces, partial signatures and attestations of all members.
void sign(const OutcomeRef& outcome, std::vector<Member>& members) {
  std::vector<NonceBatch> batches;
  SigningRequest request;
  request.keygen = outcome->group->config().id();
  for (std::uint8_t p = 0; p < 3; ++p) {
    batches.emplace_back(*outcome->group, members[p].key, secret32(3, p));
    const NonceCommitments& list = batches[p].commitments();
    request.entries.push_back({MemberIndex{p}, list.batch, list.base, list.nonces[0]});
  }
  const SessionContext session = SessionContext::make(*outcome->group, request, nullptr).value();
  for (std::uint8_t p = 0; p < 3; ++p) {
    ShareSigner signer{outcome->group, std::move(members[p].key), host(p)};
    const SignatureShare share = signer.answer(batches[p], request, Hash256{}).value();
    ASSERT(check_share(*outcome->group, request, session, MemberIndex{p}, share).ok());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "--leak") == 0) {
    if (host(0).reveal()[31] % 2 == 0) std::puts("even");
    return 0;
  }
  const KeygenConfig config = make_config();
  std::vector<Member> members;
  sign(generate(config, members), members);
  std::puts("dealing, decryption, sums, complaint and signing are done");
}
