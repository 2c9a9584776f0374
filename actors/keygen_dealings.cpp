#include "actors/keygen_dealings.hpp"

namespace quorate::actors::keygen {
namespace {

/// A dealer's second dealing is kept too: others may certify it. A third proves nothing new.
constexpr std::size_t dealings_per_dealer = 2;
/// Groups remembered as checked; more are checked again.
constexpr std::size_t max_fitting = 256;
/// Boxes opened and shares checked together: some 15 ms at 4,000 slots.
constexpr std::size_t max_group = 50;

std::vector<Hash256> hashes_of(const std::vector<KnownDealing*>& dealings) {
  std::vector<Hash256> out;
  for (const KnownDealing* known : dealings) out.push_back(known->dealing->hash());
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

void DealingBook::begin_dealing(const Hash256& rand32) {
  ASSERT(self_.has_value());
  auto begun = crypto::DealingWork::begin(config_, *self_, *host_, rand32);
  ASSERT(begun.ok());  // The key is the member's, as checked at the start.
  dealing_.emplace(std::move(begun).value());
}

std::optional<SharedBytes> DealingBook::deal(crypto::WorkBudget& budget) {
  ASSERT(dealing_.has_value());
  ASSERT(dealing_->advance(budget).ok());  // Zero has probability 2^-256.
  if (!dealing_->is_done()) return std::nullopt;
  own_ = dealing_->take();
  dealing_.reset();
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

DealingBook::Checked DealingBook::examine(crypto::WorkBudget& budget) {
  if (!self_) return Checked::all_good;
  for (std::size_t round = 0; round < dealings_per_dealer; ++round) {
    std::vector<KnownDealing*> some;
    for (auto& [dealer, known] : dealings_) {
      if (known.size() > round && known[round].standing == Standing::unopened) {
        some.push_back(&known[round]);
      }
    }
    if (check(some, budget) == Checked::unfinished) return Checked::unfinished;
  }
  return Checked::all_good;
}

DealingBook::Checked DealingBook::fits(const std::vector<crypto::DealingRef>& dealings,
                                       crypto::WorkBudget& budget) {
  std::vector<KnownDealing*> some;
  for (const crypto::DealingRef& dealing : dealings) {
    for (KnownDealing& known : dealings_[dealing->dealer()]) {
      if (known.dealing->hash() == dealing->hash()) some.push_back(&known);
    }
  }
  ASSERT(some.size() == dealings.size());
  return check(some, budget);
}

DealingBook::Checked DealingBook::check(const std::vector<KnownDealing*>& some,
                                        crypto::WorkBudget& budget) {
  const auto hashes = hashes_of(some);
  std::set<Hash256> covered;
  const std::set<Hash256> all{hashes.begin(), hashes.end()};
  for (const auto& group : fitting_) {
    const bool is_part = std::all_of(group.begin(), group.end(), [&](const Hash256& member) {
      return all.contains(member) && !covered.contains(member);
    });
    if (is_part) covered.insert(group.begin(), group.end());
  }
  std::vector<KnownDealing*> open;
  for (KnownDealing* known : some) {
    const bool is_settled = known->standing == Standing::bad_box;
    if (!is_settled && !covered.contains(known->dealing->hash())) open.push_back(known);
  }

  std::vector<std::vector<KnownDealing*>> groups;
  for (std::size_t at = 0; at < open.size(); at += max_group) {
    groups.emplace_back(open.begin() + static_cast<std::ptrdiff_t>(at),
                        open.begin() + static_cast<std::ptrdiff_t>(
                                           std::min(at + max_group, open.size())));
  }
  while (!groups.empty()) {
    const std::vector<KnownDealing*> group = std::move(groups.back());
    groups.pop_back();
    if (!unfit_.contains(hashes_of(group))) {
      if (budget.is_spent()) return Checked::unfinished;
      examine_group(group);
      // Boxes and columns, and one sum over the commitments.
      budget.spend(group.size() * (config_.threshold() + crypto::ecdh_units) +
                   46 * std::uint64_t{config_.threshold()});
    }
    if (!unfit_.contains(hashes_of(group))) continue;
    const auto middle = group.begin() + static_cast<std::ptrdiff_t>(group.size() / 2);
    groups.emplace_back(group.begin(), middle);
    groups.emplace_back(middle, group.end());
  }
  const bool all_good = std::all_of(some.begin(), some.end(), [](const KnownDealing* known) {
    return known->standing == Standing::good;
  });
  return all_good ? Checked::all_good : Checked::some_bad;
}

void DealingBook::examine_group(const std::vector<KnownDealing*>& group) {
  std::vector<crypto::DealingRef> dealings;
  for (const KnownDealing* known : group) dealings.push_back(known->dealing);
  auto result = crypto::examine_dealings(config_, *self_, *host_, dealings,
                                         own_ ? &*own_ : nullptr, next_random(),
                                         crypto::OnMismatch::report);
  if (!result.ok()) return;  // Nothing is known about them; they stay as they are.
  if (result->is_undecided) {
    if (unfit_.size() >= max_fitting) unfit_.clear();
    unfit_.insert(hashes_of(group));
    return;
  }
  std::vector<KnownDealing*> good;
  for (KnownDealing* known : group) {
    const auto found = result->shares.by_dealer.find(known->dealing->dealer());
    known->standing = found == result->shares.by_dealer.end() ? Standing::bad_box : Standing::good;
    if (found == result->shares.by_dealer.end()) continue;
    shares_[known->dealing->hash()] = std::move(found->second);
    good.push_back(known);
  }
  for (const crypto::Complaint& complaint : result->complaints) complain_about(complaint);
  if (fitting_.size() >= max_fitting) fitting_.pop_front();
  if (!good.empty()) fitting_.push_back(hashes_of(good));
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
