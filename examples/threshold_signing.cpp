// Seven weighted members make a common key, although one of them cheats, and sign with it, although
// another one stays silent. Uses the crypto/ library only: no network, no clock, all randomness
// from one seed.
#include <fmt/core.h>

#include "crypto/frost_coordinator.hpp"
#include "crypto/hash.hpp"

using namespace quorate;
using namespace quorate::crypto;

namespace {

constexpr std::array<std::uint32_t, 7> weights = {12, 9, 7, 5, 4, 2, 1};
constexpr std::uint16_t cheat = 4;
constexpr std::uint16_t silent = 3;

/// All randomness of this program; a real member takes it from its operating system.
Hash256 randomness(std::string_view use, std::uint16_t p) {
  std::array<std::uint8_t, 2> who{};
  put_be(who.data(), p);
  return tagged_sha256(use, who);
}

SecretKey host_key(std::uint16_t p) {
  return SecretKey::derive("quorate/example-host", randomness("host", p).view());
}

KeygenConfig make_config() {
  KeygenSpec spec;
  std::uint32_t next = 0;
  for (std::uint16_t p = 0; p < weights.size(); ++p) {
    KeygenParty party{host_key(p).public_key(), {}};
    for (std::uint32_t i = 0; i < weights[p]; ++i) party.ids.push_back(SlotIndex{next++});
    spec.parties.push_back(std::move(party));
  }
  spec.threshold = threshold_of(next);
  return KeygenConfig::make(std::move(spec)).value();
}

struct Member {
  OwnDealing own;
  SharedBytes published;
  ReceivedShares shares;
};

/// Everybody deals; the cheat damages the box of the last member before it publishes.
std::vector<Member> deal_all(const KeygenConfig& config) {
  std::vector<Member> members;
  for (std::uint16_t p = 0; p < weights.size(); ++p) {
    Member m;
    m.own = deal(config, MemberIndex{p}, host_key(p), randomness("deal", p)).value();
    Bytes bytes = m.own.bytes.get();
    if (p == cheat) bytes.back() ^= 1;
    m.published = SharedBytes{std::move(bytes)};
    members.push_back(std::move(m));
  }
  fmt::print("{} members deal; a dealing of the heaviest takes {} bytes\n", weights.size(),
             members[0].published.size());
  return members;
}

/// Everybody examines all dealings; complaints are judged. @returns the dealings that stay.
std::vector<DealingRef> examine_all(const KeygenConfig& config, std::vector<Member>& members) {
  std::vector<DealingRef> dealings;
  for (const Member& m : members) dealings.push_back(parse_dealing(config, m.published).value());
  std::set<MemberIndex> guilty;
  for (std::uint16_t p = 0; p < weights.size(); ++p) {
    // The cheat examines what it really dealt; to the others it makes no difference.
    Examination seen = examine_dealings(config, MemberIndex{p}, host_key(p), dealings,
                                        &members[p].own, randomness("examine", p)).value();
    for (const Complaint& c : seen.complaints) {
      const Verdict verdict = judge(config, *dealings[c.dealer.value], c).value();
      fmt::print("member {} complains about dealer {}: member {} is convicted ({})\n", p,
                 c.dealer.value, verdict.member.value, name_of(verdict.reason));
      guilty.insert(verdict.member);
    }
    members[p].shares = std::move(seen.shares);
  }
  std::erase_if(dealings, [&](const DealingRef& d) { return guilty.contains(d->dealer()); });
  return dealings;
}

/// Lets everybody but the silent member answer, until the coordinator has a signature.
std::optional<GroupSignature> sign(const GroupRef& group, std::vector<ShareSigner>& signers,
                                   std::vector<NonceBatch>& nonces, const Hash256& block) {
  SigningSubject subject{SigningSubject::Kind::block, block, {}};
  SigningCoordinator coordinator{group, Hash256{}, view_bytes(0, 0), subject};
  std::vector<CoordinatorOutput> todo;
  const auto queue = [&todo](std::vector<CoordinatorOutput> more) {
    for (CoordinatorOutput& output : more) todo.push_back(std::move(output));
  };
  for (std::uint16_t p = 0; p < signers.size(); ++p) {
    queue(coordinator.on_nonces(MemberIndex{p}, nonces[p].commitments()));
  }
  for (std::size_t i = 0; i < todo.size(); ++i) {
    const CoordinatorOutput output = todo[i];
    if (const auto* finished = std::get_if<SigningFinished>(&output)) return finished->signature;
    // Nothing else is waiting here.
    if (std::holds_alternative<CoordinatorBusy>(output)) queue(coordinator.on_time());
    const auto* open = std::get_if<OpenSession>(&output);
    if (open == nullptr) continue;
    fmt::print("session {}: members {} are asked\n", coordinator.sessions_opened(),
               parties_of(group->config(), open->request).to_text());
    for (const RequestEntry& entry : open->request.entries) {
      const std::uint16_t p = entry.party.value;
      if (p == silent) continue;
      queue(coordinator.on_share(entry.party, signers[p].answer(nonces[p], open->request,
                                                                randomness("attest", p)).value()));
    }
    if (!coordinator.is_finished()) {
      fmt::print("time is up: member {} stays silent\n", silent);
      queue(coordinator.on_timer());
    }
  }
  return std::nullopt;
}

}  // namespace

int main() {
  const KeygenConfig config = make_config();
  fmt::print("{} keys, {} of them sign\n", config.slots(), config.threshold());
  std::vector<Member> members = deal_all(config);
  const std::vector<DealingRef> qualified = examine_all(config, members);
  const OutcomeRef outcome = combine_dealings(config, qualified).value();
  fmt::print("{} dealings stay; the group's key is {}\n", qualified.size(),
             to_hex(outcome->group->key()));

  std::vector<ShareSigner> signers;
  std::vector<NonceBatch> nonces;
  for (std::uint16_t p = 0; p < weights.size(); ++p) {
    PartyKey key = finish_shares(config, *outcome, MemberIndex{p}, members[p].shares).value();
    nonces.emplace_back(*outcome->group, key, randomness("nonces", p));
    signers.emplace_back(outcome->group, std::move(key), host_key(p));
  }
  const Hash256 block = sha256(as_bytes("a block"));
  const std::optional<GroupSignature> signature = sign(outcome->group, signers, nonces, block);
  if (!signature) {
    fmt::print("no signature\n");
    return 1;
  }
  const Result<> verdict =
      verify_block_signature(config, outcome->group->key(), block, *signature);
  fmt::print("signature {} by members {}: {}\n", to_hex(signature->signature),
             signature->parties.to_text(), verdict.ok() ? "valid" : verdict.error().message());
  return verdict.ok() ? 0 : 1;
}
