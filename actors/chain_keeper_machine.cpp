#include "actors/chain_keeper_machine.hpp"

#include <algorithm>

#include "actors/chain_news.hpp"

namespace quorate::actors {
namespace {

constexpr std::uint8_t status_timer = 1;
/// In how many periods a status is told once while nothing changes.
constexpr std::uint32_t idle_periods = 4;

Bytes burn_key(const BurnView& view) { return encode(view); }
/// The sets of a generation differ between Bitcoin branches, and so do their keys.
Bytes key_key(const consensus::KeyLearned& learned) {
  const consensus::KeyContent& content = learned.certificate->content;
  Bytes key;
  Writer{key}.put(content.kind).put(content.generation).put(learned.set);
  return key;
}
Bytes block_key(BlockHeight height, const BlockId& id) {
  Bytes key;
  Writer{key}.put(height).put(id);
  return key;
}

std::vector<stacks::Transaction> transactions_of(const consensus::Block& block) {
  std::vector<stacks::Transaction> out;
  for (const auto& bytes : block.transactions) {
    auto tx = stacks::decode_transaction(bytes.bytes);
    if (tx.ok()) out.push_back(std::move(tx).value());
  }
  return out;
}

}  // namespace

ChainKeeperMachine::ChainKeeperMachine(consensus::Chain chain,
                                       const consensus::MempoolRules& rules,
                                       const KeeperLimits& limits)
    : chain_(std::move(chain)),
      mempool_(rules),
      limits_(limits),
      rng_(limits.relay_seed, crypto::ChaChaRng::Rounds::twelve) {}

Result<KeeperEffects> ChainKeeperMachine::step(Instant now, const KeeperInput& input) {
  if (const auto* records = std::get_if<KeeperRestored>(&input)) return restore(now, *records);
  if (std::get_if<KeeperStart>(&input) != nullptr) {
    return KeeperEffects{ArmTimer{Timer{status_timer}, now + limits_.status_period}};
  }
  if (const auto* seen = std::get_if<BurnBlockSeen>(&input)) return on_burn_block(now, seen->block);
  if (const auto* peer = std::get_if<KeeperPeer>(&input)) {
    std::erase(peers_, peer->peer);
    asked_.erase(peer->peer);
    if (!peer->up) return KeeperEffects{};
    peers_.push_back(peer->peer);
    return KeeperEffects{SendChain{peer->peer, status()}};
  }
  if (const auto* heard = std::get_if<KeeperHeard>(&input)) return on_heard(now, *heard);
  if (const auto* asked = std::get_if<KeeperAsked>(&input)) return on_asked(now, *asked);
  if (std::get<Timer>(input).kind == status_timer) return on_timer(now);
  return KeeperEffects{};
}

KeeperEffects ChainKeeperMachine::restore(Instant now, const KeeperRestored& records) {
  KeeperEffects out;
  restoring_ = true;
  // Bitcoin first: it decides which sets exist and which blocks are canonical.
  for (const Bytes& record : records.burn_blocks) {
    const auto block = bitcoin::decode_burn_block(record);
    auto events = block.ok() ? chain_.add_burn_block(*block) : block.error();
    if (!events.ok()) {
      out.push_back(Note{"stored Bitcoin block not usable: " + events.error().message()});
      continue;
    }
    absorb(now, std::move(events).value(), out);
  }
  for (const Bytes& record : records.keys) {
    const auto key = decode<consensus::KeyCertificate>(record);
    if (key.ok()) learn_key(now, *key, out);
  }
  for (const Bytes& record : records.blocks) {
    const auto block = decode<consensus::SealedBlock>(record);
    const auto accepted = block.ok() ? accept(now, *block, out) : block.error();
    if (!accepted.ok()) {
      out.push_back(Note{"stored block not usable: " + accepted.error().message()});
    }
  }
  restoring_ = false;
  return out;
}

Result<KeeperEffects> ChainKeeperMachine::on_burn_block(Instant now,
                                                        const bitcoin::BurnBlock& block) {
  const bool known = chain_.knows_burn(block.hash);
  TRY_ASSIGN(auto events, chain_.add_burn_block(block));
  KeeperEffects out;
  if (known) return out;
  out.push_back(Persist{{{storage::Table::burn_blocks, burn_key(block.view()), encode(block)}}});
  absorb(now, std::move(events), out);
  return out;
}

Result<KeeperEffects> ChainKeeperMachine::on_heard(Instant now, const KeeperHeard& heard) {
  KeeperEffects out;
  if (const auto* tip = std::get_if<messages::TipStatus>(&heard.message)) {
    if (!chain_.knows(tip->tip)) ask_for_blocks(now, heard.from, out);
    return out;
  }
  if (const auto* wanted = std::get_if<messages::BlocksWanted>(&heard.message)) {
    const std::vector<BlockId> known(wanted->known.begin(), wanted->known.end());
    SendStored answer{heard.from, {}};
    for (const BlockId& id : chain_.blocks_after(known, limits_.pushes_per_answer)) {
      answer.keys.push_back(block_key(chain_.header(id)->height, id));
    }
    if (!answer.keys.empty()) out.push_back(std::move(answer));
    return out;
  }
  const auto& push = std::get<messages::BlockPush>(heard.message);
  if (chain_.knows(push.block.block.id())) return out;
  const auto accepted = accept(now, push.block, out);
  if (accepted.ok()) return out;
  if (!consensus::is_parked(accepted.code())) return accepted.error();
  // It may build on blocks this node has not heard of.
  ask_for_blocks(now, heard.from, out);
  return out;
}

KeeperEffects ChainKeeperMachine::on_asked(Instant now, const KeeperAsked& asked) {
  KeeperEffects out;
  if (const auto* request = std::get_if<messages::BuildBlock>(&asked.request)) {
    build(now, asked.asker, *request, out);
  } else if (const auto* trial = std::get_if<messages::TryBlock>(&asked.request)) {
    try_block(now, asked.asker, trial->block, out);
  } else if (const auto* key = std::get_if<messages::LearnKey>(&asked.request)) {
    learn_key(now, key->certificate, out);
  } else if (const auto* rejection = std::get_if<messages::LearnRejection>(&asked.request)) {
    learn_rejection(now, rejection->certificate, out);
  } else if (const auto* sealed = std::get_if<messages::SubmitSealed>(&asked.request)) {
    const auto accepted = accept(now, sealed->block, out);
    if (!accepted.ok()) out.push_back(Note{"sealed block: " + accepted.error().message()});
  } else if (const auto* admission = std::get_if<messages::AdmitTransaction>(&asked.request)) {
    admit(now, asked.asker, *admission, out);
  }
  return out;
}

KeeperEffects ChainKeeperMachine::on_timer(Instant now) {
  KeeperEffects out;
  tell_status(out);
  // Blocks from the near future become acceptable by time alone.
  if (!parked_blocks_.empty() || !parked_trials_.empty()) retry_parked(now, out);
  mempool_.expire(now);
  out.push_back(ArmTimer{Timer{status_timer}, now + limits_.status_period});
  return out;
}

void ChainKeeperMachine::tell_status(KeeperEffects& out) {
  const messages::TipStatus now = status();
  if (now != told_status_) {
    told_status_ = now;
    told_times_ = 0;
  }
  if (told_times_++ >= limits_.status_repeats && told_times_ % idle_periods != 0) return;
  for (std::size_t i = 0; i < std::min(limits_.status_fanout, peers_.size()); ++i) {
    out.push_back(SendChain{peers_[next_peer_++ % peers_.size()], now});
  }
}

void ChainKeeperMachine::build(Instant now, messages::Role asker,
                               const messages::BuildBlock& request, KeeperEffects& out) {
  messages::BuiltBlock reply;
  reply.token = request.token;
  const auto waiting = mempool_.select({}, accounts());
  consensus::BuildInput input;
  input.parent = request.parent;
  input.attempt = request.attempt;
  input.burn_view = request.burn_view;
  input.timestamp_ms = request.timestamp_ms;
  for (const auto& tx : waiting) input.transactions.push_back(tx.encoding.view());
  auto built = chain_.build(input);
  if (built.ok()) {
    reply.fees = built->fees;
    reply.block = std::move(built->block);
    // What nobody can ever apply must not be tried for every block.
    ASSERT(chain_.try_block(*reply.block, now).kind != consensus::Verdict::Kind::refused);
  } else {
    out.push_back(Note{"no block can be built: " + built.error().message()});
  }
  out.push_back(ReplyTo{asker, std::move(reply)});
}

void ChainKeeperMachine::try_block(Instant now, messages::Role asker,
                                   const consensus::Block& block, KeeperEffects& out) {
  const consensus::Verdict verdict = chain_.try_block(block, now);
  messages::TriedBlock reply;
  reply.id = block.id();
  reply.burn_view = block.header.burn_view;
  reply.height = block.header.height;
  reply.attempt = block.header.attempt;
  reply.fees = verdict.fees;
  reply.shorter_tail = !chain_.names_longest_tail(block);
  if (verdict.kind == consensus::Verdict::Kind::refused) {
    reply.outcome = messages::Outcome::refused;
    reply.reason = static_cast<std::uint16_t>(verdict.reason.code);
  } else if (verdict.kind == consensus::Verdict::Kind::parked) {
    reply.outcome = messages::Outcome::parked;
    const auto same = [&](const Trial& t) {
      return t.asker == asker && t.block.header == block.header;
    };
    if (std::none_of(parked_trials_.begin(), parked_trials_.end(), same)) {
      parked_trials_.push_back({asker, block});
      if (parked_trials_.size() > limits_.parked_trials) parked_trials_.pop_front();
    }
  }
  out.push_back(ReplyTo{asker, reply});
}

void ChainKeeperMachine::admit(Instant now, messages::Role asker,
                               const messages::AdmitTransaction& request, KeeperEffects& out) {
  messages::AdmissionAnswer answer;
  answer.token = request.token;
  const auto tx = stacks::decode_transaction(request.bytes.bytes.view());
  if (tx.ok()) {
    answer.txid = stacks::txid_of(*tx);
    const auto admitted = mempool_.admit(now, *tx, accounts());
    answer.admitted = admitted.ok();
    if (!admitted.ok()) answer.reason = static_cast<std::uint16_t>(admitted.code());
  } else {
    answer.reason = static_cast<std::uint16_t>(tx.code());
  }
  out.push_back(ReplyTo{asker, answer});
  tell_mempool(out);
}

void ChainKeeperMachine::learn_key(Instant now, const consensus::KeyCertificate& certificate,
                                   KeeperEffects& out) {
  auto events = chain_.learn_key(certificate);
  if (events.ok()) {
    if (events->empty()) return;
    for (const consensus::ChainEvent& event : *events) {
      const auto* learned = std::get_if<consensus::KeyLearned>(&event);
      if (learned != nullptr && *learned->certificate == certificate) {
        out.push_back(Persist{{{storage::Table::keys, key_key(*learned), encode(certificate)}}});
      }
    }
    absorb(now, std::move(events).value(), out);
    return;
  }
  if (!consensus::is_parked(events.code())) {
    out.push_back(Note{"key certificate: " + events.error().message()});
    return;
  }
  parked_keys_.push_back(certificate);
  if (parked_keys_.size() > limits_.parked_certificates) parked_keys_.pop_front();
}

void ChainKeeperMachine::learn_rejection(Instant now,
                                         const consensus::VoteCertificate& certificate,
                                         KeeperEffects& out) {
  auto events = chain_.learn_rejection(certificate);
  if (events.ok()) {
    absorb(now, std::move(events).value(), out);
  } else if (consensus::is_parked(events.code())) {
    parked_rejections_.push_back(certificate);
    if (parked_rejections_.size() > limits_.parked_certificates) parked_rejections_.pop_front();
  } else {
    out.push_back(Note{"rejection certificate: " + events.error().message()});
  }
}

Result<> ChainKeeperMachine::accept(Instant now, const consensus::SealedBlock& block,
                                    KeeperEffects& out) {
  const BlockId id = block.block.id();
  auto events = chain_.accept(block);
  if (events.ok()) {
    absorb(now, std::move(events).value(), out);
    return done();
  }
  if (consensus::is_parked(events.code()) &&
      (parked_blocks_.size() < limits_.parked_blocks || parked_blocks_.contains(id))) {
    parked_blocks_.insert_or_assign(id, block);
  }
  return events.error();
}

void ChainKeeperMachine::absorb(Instant now, consensus::ChainEvents events, KeeperEffects& out) {
  if (events.empty()) return;
  pass_on(now, events, out);
  retry_parked(now, out);
  tell_mempool(out);
}

void ChainKeeperMachine::pass_on(Instant now, const consensus::ChainEvents& events,
                                 KeeperEffects& out) {
  for (const consensus::ChainEvent& event : events) {
    if (const auto* stored = std::get_if<consensus::BlockStored>(&event)) {
      const auto height = stored->block->block.header.height;
      if (!restoring_) {
        out.push_back(Persist{{{storage::Table::blocks, block_key(height, stored->id),
                                encode(*stored->block)}}});
        out.push_back(RelayChain{draw_peers(), messages::BlockPush{*stored->block}});
      }
      chain_.release(stored->id);
    } else if (const auto* joined = std::get_if<consensus::BlockJoined>(&event)) {
      mempool_.on_accepted(transactions_of(joined->block->block), accounts());
    } else if (const auto* dropped = std::get_if<consensus::BlocksDropped>(&event)) {
      for (const BlockId& id : dropped->blocks) {
        const auto block = chain_.block(id);
        if (block) mempool_.readmit(now, transactions_of(block->block), accounts());
      }
    } else if (const auto* ignored = std::get_if<consensus::OperationIgnored>(&event)) {
      out.push_back(Note{"Bitcoin operation " + to_hex(ignored->mined.txid) + " ignored: " +
                         ignored->reason.message()});
    }
    // Whoever hears of a new place must not think of transactions that were just confirmed.
    if (std::holds_alternative<consensus::Position>(event)) tell_mempool(out);
    if (auto news = news_of(event)) out.push_back(TellRoles{std::move(*news)});
  }
}

void ChainKeeperMachine::retry_parked(Instant now, KeeperEffects& out) {
  // What becomes acceptable may make more acceptable: one loop at the outermost call.
  if (retrying_) return;
  retrying_ = true;
  for (bool progress = true; progress;) {
    progress = false;
    const auto keys = std::move(parked_keys_);
    parked_keys_.clear();
    for (const auto& certificate : keys) learn_key(now, certificate, out);
    const auto rejections = std::move(parked_rejections_);
    parked_rejections_.clear();
    for (const auto& certificate : rejections) learn_rejection(now, certificate, out);
    const auto blocks = std::move(parked_blocks_);
    parked_blocks_.clear();
    for (const auto& entry : blocks) progress |= accept(now, entry.second, out).ok();
  }
  const auto trials = std::move(parked_trials_);
  parked_trials_.clear();
  for (const Trial& trial : trials) try_block(now, trial.asker, trial.block, out);
  retrying_ = false;
}

void ChainKeeperMachine::tell_mempool(KeeperEffects& out) {
  messages::MempoolChanged changed;
  changed.count = static_cast<std::uint32_t>(mempool_.size());
  changed.fees = mempool_.fees();
  if (told_mempool_ && told_mempool_->count == changed.count &&
      told_mempool_->fees == changed.fees) {
    return;
  }
  told_mempool_ = changed;
  out.push_back(TellRoles{changed});
}

void ChainKeeperMachine::ask_for_blocks(Instant now, PeerId peer, KeeperEffects& out) {
  const auto last = asked_.find(peer);
  if (last != asked_.end() && now < last->second + limits_.ask_again) return;
  asked_[peer] = now;
  messages::BlocksWanted wanted;
  for (const BlockId& id : chain_.locator(decltype(wanted.known)::max_count)) {
    wanted.known.push_back(id);
  }
  out.push_back(SendChain{peer, std::move(wanted)});
}

std::vector<PeerId> ChainKeeperMachine::draw_peers() {
  std::vector<PeerId> drawn = peers_;
  if (drawn.size() <= limits_.relay_fanout) return drawn;
  rng_.shuffle(drawn);
  drawn.resize(limits_.relay_fanout);
  return drawn;
}

messages::TipStatus ChainKeeperMachine::status() const {
  return {chain_.tip_height(), chain_.tip(), chain_.burn_tip().value_or(BurnView{})};
}

consensus::AccountLookup ChainKeeperMachine::accounts() const {
  return [this](const stacks::Address& address) {
    const auto account = chain_.ledger().account(stacks::Principal{address});
    const BurnHeight at = chain_.burn_tip().value_or(BurnView{}).height;
    return consensus::AccountState{account.spendable(at), account.nonce};
  };
}

}  // namespace quorate::actors
