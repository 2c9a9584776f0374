#include "actors/keygen_dealings.hpp"

namespace quorate::actors::keygen {
namespace {

/// A dealer's second dealing is kept too: others may certify it. A third proves nothing new.
constexpr std::size_t dealings_per_dealer = 2;
/// Sets remembered as checked; more are checked again.
constexpr std::size_t max_fitting = 16;

std::vector<Hash256> hashes_of(const std::vector<crypto::DealingRef>& dealings) {
  std::vector<Hash256> out;
  for (const crypto::DealingRef& dealing : dealings) out.push_back(dealing->hash());
  return out;
}

}  // namespace

DealingBook::DealingBook(crypto::KeygenConfig config, const messages::KeygenScene* scene,
                         std::optional<MemberIndex> self, const crypto::SecretKey* host,
                         const Hash256& entropy)
    : config_(std::move(config)), scene_(scene), self_(self), host_(host), entropy_(entropy) {
  ASSERT(self_.has_value() == (host_ != nullptr));
}

Hash256 DealingBook::next_random() {
  Bytes text;
  Writer{text}.put(entropy_).put(draws_++).put(config_.id());
  return crypto::tagged_h("quorate/keygen-entropy", text);
}

SharedBytes DealingBook::deal_own(const Hash256& rand32) {
  ASSERT(self_.has_value());
  auto own = crypto::deal(config_, *self_, *host_, rand32);
  // The key is the member's, as checked at the start; zero has probability 2^-256.
  ASSERT(own.ok());
  own_ = std::move(own).value();
  auto parsed = crypto::parse_dealing(config_, own_->bytes);
  ASSERT(parsed.ok());
  const crypto::DealingRef dealing = std::move(parsed).value();
  const messages::SignedDealing word{ChunkVersion{std::uint64_t{config_.spec().attempt} + 1},
                                     dealing->hash(), {}};
  words_.emplace(*self_, word);
  dealings_[*self_] = {{word, {}, dealing, Standing::unopened}};
  return own_->bytes;
}

void DealingBook::remember_word(MemberIndex dealer, const messages::SignedDealing& word) {
  if (!self_ || dealer != *self_) words_.emplace(dealer, word);
}

bool DealingBook::add(const DealingSeen& seen) {
  if (self_ && seen.member == *self_) {
    // The own dealing, read back: now its signature is known, too.
    if (own_ && own_->bytes == seen.dealing) {
      words_[*self_] = seen.word;
      KnownDealing& known = dealings_[*self_].front();
      known.word = seen.word;
      known.manifest = seen.manifest;
    }
    return false;
  }
  const auto [first, is_new] = words_.emplace(seen.member, seen.word);
  if (!is_new && first->second.content_hash != seen.word.content_hash) {
    // Two words of one version: whatever they say, the dealer signed two contents for one attempt.
    accuse({seen.member, first->second, seen.word});
  }
  if (malformed_.contains(seen.word.content_hash)) return false;
  std::vector<KnownDealing>& known = dealings_[seen.member];
  for (const KnownDealing& k : known) {
    if (k.word.content_hash == seen.word.content_hash) return false;
  }
  if (known.size() >= dealings_per_dealer) return false;
  parse(seen.member, seen);
  retry_heard();
  return true;
}

void DealingBook::parse(MemberIndex dealer, const DealingSeen& seen) {
  auto parsed = crypto::parse_dealing(config_, seen.dealing);
  if (parsed.ok() && (*parsed)->dealer() == dealer) {
    const Standing standing = self_ ? Standing::unopened : Standing::good;
    dealings_[dealer].push_back({seen.word, seen.manifest, std::move(parsed).value(), standing});
    return;
  }
  if (malformed_.size() < 2 * config_.party_count()) malformed_.insert(seen.word.content_hash);
  if (excluded_.contains(dealer)) return;
  messages::DealingFault proof;
  proof.attempt = config_.spec().attempt;
  proof.dealer = dealer;
  proof.word = seen.word;
  proof.dealing.bytes = seen.dealing;
  proof.manifest.bytes = seen.manifest;
  convict_dealer(dealer, "bad_dealing", proof);
}

bool DealingBook::accuse(const messages::DealerEquivocation& fault) {
  if (fault.first.version.value != std::uint64_t{config_.spec().attempt} + 1) return false;
  for (const messages::DealerEquivocation& known : equivocations_) {
    if (known.dealer == fault.dealer) return false;
  }
  if (!messages::check(fault, *scene_).ok()) return false;
  equivocations_.push_back(fault);
  convict_dealer(fault.dealer, "dealer_equivocation", fault);
  return true;
}

void DealingBook::convict_dealer(MemberIndex dealer, std::string kind,
                                 const messages::KeygenFault& fault) {
  excluded_.insert(dealer);
  evidence_.push_back({dealer, std::move(kind), encode(fault)});
}

messages::DealingFault DealingBook::fault(MemberIndex dealer, const KnownDealing& known) const {
  messages::DealingFault out;
  out.attempt = config_.spec().attempt;
  out.dealer = dealer;
  out.word = known.word;
  out.dealing.bytes = known.dealing->bytes();
  out.manifest.bytes = known.manifest;
  return out;
}

void DealingBook::examine() {
  if (!self_) return;
  for (std::size_t round = 0; round < dealings_per_dealer; ++round) {
    std::vector<KnownDealing*> some;
    for (auto& [dealer, known] : dealings_) {
      if (known.size() > round && known[round].standing == Standing::unopened) {
        some.push_back(&known[round]);
      }
    }
    if (!some.empty()) examine_some(some);
  }
}

bool DealingBook::fits(const std::vector<crypto::DealingRef>& dealings) {
  std::vector<KnownDealing*> some;
  for (const crypto::DealingRef& dealing : dealings) {
    for (KnownDealing& known : dealings_[dealing->dealer()]) {
      if (known.dealing->hash() == dealing->hash()) some.push_back(&known);
    }
  }
  ASSERT(some.size() == dealings.size());
  return fitting_.contains(hashes_of(dealings)) || examine_some(some);
}

bool DealingBook::examine_some(const std::vector<KnownDealing*>& some) {
  std::vector<crypto::DealingRef> dealings;
  for (const KnownDealing* known : some) dealings.push_back(known->dealing);
  auto result = crypto::examine_dealings(config_, *self_, *host_, dealings,
                                         own_ ? &*own_ : nullptr, next_random());
  if (!result.ok()) return false;  // Nothing is known about them; they stay unopened.
  bool all_good = true;
  for (KnownDealing* known : some) {
    const auto found = result->shares.by_dealer.find(known->dealing->dealer());
    known->standing = found == result->shares.by_dealer.end() ? Standing::bad_box : Standing::good;
    if (found != result->shares.by_dealer.end()) {
      shares_[known->dealing->hash()] = std::move(found->second);
    }
  }
  for (const KnownDealing* known : some) all_good = all_good && known->standing == Standing::good;
  for (const crypto::Complaint& complaint : result->complaints) complain_about(complaint);
  if (all_good && fitting_.size() < max_fitting) fitting_.insert(hashes_of(dealings));
  return all_good;
}

void DealingBook::complain_about(const crypto::Complaint& complaint) {
  for (const KnownDealing& known : dealings_[complaint.dealer]) {
    if (known.standing != Standing::bad_box || judged_.contains({*self_, known.dealing->hash()})) {
      continue;
    }
    const messages::BoxComplaint own{complaint.dealer, known.dealing->hash(),
                                     complaint.shared_point, complaint.proof};
    complaints_.push_back(own);
    judge({*self_, own}, known);
    return;
  }
}

void DealingBook::hear(MemberIndex complainer, const messages::BoxComplaint& complaint) {
  // One lie is enough: a liar cannot make this member judge any more.
  if (liars_.contains(complainer) || judged_.contains({complainer, complaint.dealing})) return;
  if (const KnownDealing* known = find(complaint.dealer, complaint.dealing)) {
    judge({complainer, complaint}, *known);
    return;
  }
  std::vector<Heard>& waiting = waiting_[complainer];
  for (const Heard& heard : waiting) {
    if (heard.complaint.dealing == complaint.dealing) return;
  }
  if (waiting.size() < config_.party_count()) waiting.push_back({complainer, complaint});
}

void DealingBook::retry_heard() {
  for (auto& [complainer, waiting] : waiting_) {
    std::vector<Heard> later;
    for (Heard& heard : waiting) {
      const KnownDealing* known = find(heard.complaint.dealer, heard.complaint.dealing);
      if (known == nullptr) {
        later.push_back(std::move(heard));
      } else if (!liars_.contains(complainer)) {
        judge(heard, *known);
      }
    }
    waiting = std::move(later);
  }
}

void DealingBook::judge(const Heard& heard, const KnownDealing& known) {
  judged_.insert({heard.complainer, heard.complaint.dealing});
  const crypto::Complaint complaint = heard.complaint.by(heard.complainer);
  const auto verdict = crypto::judge(config_, *known.dealing, complaint);
  if (!verdict.ok()) return;
  messages::DealingFault proof = fault(heard.complaint.dealer, known);
  proof.complaint = complaint;
  if (verdict->guilty == crypto::Verdict::Guilty::dealer) {
    if (!excluded_.contains(verdict->member)) {
      convict_dealer(verdict->member, "bad_dealing", proof);
    }
    return;
  }
  liars_.insert(verdict->member);
  // A complaint with a bad proof inside could be anybody's; it proves nothing to others.
  if (verdict->reason == Errc::bad_dleq_proof || known.word.signature.is_zero()) return;
  evidence_.push_back({verdict->member, "false_complaint", encode(messages::KeygenFault{proof})});
}

const KnownDealing* DealingBook::find(MemberIndex dealer, const Hash256& hash) const {
  const auto found = dealings_.find(dealer);
  if (found == dealings_.end()) return nullptr;
  for (const KnownDealing& known : found->second) {
    if (known.dealing->hash() == hash) return &known;
  }
  return nullptr;
}

const KnownDealing* DealingBook::first(MemberIndex dealer) const {
  const auto found = dealings_.find(dealer);
  return found == dealings_.end() || found->second.empty() ? nullptr : &found->second.front();
}

bool DealingBook::counts(MemberIndex dealer) const {
  const KnownDealing* known = first(dealer);
  return known != nullptr && known->standing == Standing::good && !excluded_.contains(dealer);
}

crypto::ReceivedShares DealingBook::shares_of(
    std::span<const crypto::DealingRef> dealings) const {
  crypto::ReceivedShares out;
  for (const crypto::DealingRef& dealing : dealings) {
    const auto found = shares_.find(dealing->hash());
    if (found == shares_.end()) continue;
    auto& copies = out.by_dealer[dealing->dealer()];
    for (const crypto::SecretScalar& share : found->second) copies.push_back(share.clone());
  }
  return out;
}

std::vector<KeygenEvidence> DealingBook::take_evidence() {
  return std::exchange(evidence_, {});
}

}  // namespace quorate::actors::keygen
