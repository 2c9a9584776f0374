#include "actors/link_machine.hpp"

namespace quorate::actors::link {

namespace {

constexpr std::uint8_t handshake_timer = 0;
constexpr std::uint8_t alive_timer = 1;

/// Largest content of a sealed frame.
constexpr std::size_t max_sealed = 1 + messages::max_frame_bytes + crypto::seal_tag_size;

bool is_signed(const NodeId& node, const messages::HandshakeHello& hello,
               const crypto::ExchangeKey& listener_ephemeral, LinkSide side,
               const crypto::SchnorrSignature& signature) {
  const Hash256 digest = messages::handshake_digest(hello, listener_ephemeral, side);
  return crypto::verify_schnorr(node, digest.view(), signature);
}

}  // namespace

LinkMachine::LinkMachine(Config config, Identity own, crypto::EphemeralKey ephemeral, LinkSide side,
                         Instant now)
    : config_(std::move(config)),
      own_(std::move(own)),
      side_(side),
      ephemeral_(std::move(ephemeral)),
      budget_(config_.rates, config_.control, config_.excess, now),
      heard_(now) {
  hello_.network_id = config_.network_id;
}

LinkMachine LinkMachine::dialing(Config config, Identity own, crypto::EphemeralKey ephemeral,
                                 const NodeId& target, Instant now) {
  LinkMachine out{std::move(config), std::move(own), std::move(ephemeral), LinkSide::dialer, now};
  out.hello_.ephemeral = out.ephemeral_->public_key();
  out.hello_.dialer = out.own_->id;
  out.hello_.listener = target;
  return out;
}

LinkMachine LinkMachine::listening(Config config, Identity own, crypto::EphemeralKey ephemeral,
                                   Instant now) {
  LinkMachine out{std::move(config), std::move(own), std::move(ephemeral), LinkSide::listener, now};
  out.listener_ephemeral_ = out.ephemeral_->public_key();
  return out;
}

Result<Effects> LinkMachine::step(Instant now, const Input& input) {
  Effects out;
  if (phase_ == Phase::over) return out;
  auto taken = std::visit([&](const auto& one) { return on(now, one, out); }, input);
  if (!taken.ok()) return taken.error();
  flush(out);
  return out;
}

Result<> LinkMachine::on(Instant now, const Opened&, Effects& out) {
  ASSERT(phase_ == Phase::fresh);
  out.push_back(ArmTimer{{handshake_timer}, now + config_.handshake_deadline});
  if (side_ == LinkSide::listener) {
    phase_ = Phase::awaiting_hello;
    return done();
  }
  messages::put_frame(wire_, messages::encode_hello(hello_));
  phase_ = Phase::awaiting_answer;
  return done();
}

std::size_t LinkMachine::frame_limit() const {
  return phase_ == Phase::open ? max_sealed : messages::max_handshake_frame;
}

Result<> LinkMachine::on(Instant now, const BytesArrived& input, Effects& out) {
  std::span<std::uint8_t> left = input.bytes;
  while (phase_ != Phase::over) {
    auto frame = reader_.next(left, frame_limit());
    if (!frame.ok()) {
      end(frame.error(), out);
      break;
    }
    if (!*frame) break;
    const auto taken = take_frame(now, **frame, out);
    if (!taken.ok()) end(taken.error(), out);
  }
  if (phase_ == Phase::open) pump();
  return done();
}

Result<> LinkMachine::take_frame(Instant now, std::span<std::uint8_t> content, Effects& out) {
  switch (phase_) {
    case Phase::awaiting_hello:
      return take_hello(content, out);
    case Phase::awaiting_answer:
      return take_answer(now, content, out);
    case Phase::awaiting_proof:
      return take_proof(now, content, out);
    case Phase::open:
      return take_sealed(now, content, out);
    case Phase::fresh:
      return Errc::handshake_malformed;
    case Phase::over:
      break;
  }
  ASSERT(false);
  return done();
}

Result<> LinkMachine::take_hello(ByteView content, Effects&) {
  TRY_ASSIGN(hello_, messages::decode_hello(content));
  if (hello_.network_id != config_.network_id) return Errc::handshake_wrong_network;
  if (hello_.listener != own_->id) return Errc::handshake_wrong_node;
  if (hello_.dialer == own_->id) return Errc::handshake_own_node;
  TRY_ASSIGN(keys_, std::move(*ephemeral_).agree(side_, hello_.ephemeral));
  ephemeral_.reset();
  const Hash256 digest = messages::handshake_digest(hello_, listener_ephemeral_, side_);
  const messages::HandshakeAnswer answer{listener_ephemeral_,
                                         crypto::sign_schnorr(own_->key, digest, Hash256{})};
  messages::put_frame(wire_, encode(answer));
  phase_ = Phase::awaiting_proof;
  return done();
}

Result<> LinkMachine::take_answer(Instant now, ByteView content, Effects& out) {
  const auto answer = decode<messages::HandshakeAnswer>(content);
  if (!answer.ok()) return Errc::handshake_malformed;
  listener_ephemeral_ = answer->ephemeral;
  if (!is_signed(hello_.listener, hello_, listener_ephemeral_, LinkSide::listener,
                 answer->signature)) {
    return Errc::handshake_bad_signature;
  }
  TRY_ASSIGN(keys_, std::move(*ephemeral_).agree(side_, listener_ephemeral_));
  ephemeral_.reset();
  const Hash256 digest = messages::handshake_digest(hello_, listener_ephemeral_, side_);
  const messages::HandshakeProof proof{crypto::sign_schnorr(own_->key, digest, Hash256{})};
  messages::put_frame(wire_, encode(proof));
  open(now, out);
  return done();
}

Result<> LinkMachine::take_proof(Instant now, ByteView content, Effects& out) {
  const auto proof = decode<messages::HandshakeProof>(content);
  if (!proof.ok()) return Errc::handshake_malformed;
  if (!is_signed(hello_.dialer, hello_, listener_ephemeral_, LinkSide::dialer, proof->signature)) {
    return Errc::handshake_bad_signature;
  }
  open(now, out);
  return done();
}

void LinkMachine::open(Instant now, Effects& out) {
  phase_ = Phase::open;
  heard_ = now;
  out.push_back(Established{side_ == LinkSide::dialer ? hello_.listener : hello_.dialer});
  out.push_back(ArmTimer{{alive_timer}, now + Duration{config_.ping_after.us / 2}});
}

Result<> LinkMachine::take_sealed(Instant now, std::span<std::uint8_t> content, Effects& out) {
  TRY_ASSIGN(const ByteView opened, messages::open_sealed(keys_->receiving, content));
  heard_ = now;
  if (const auto message = messages::carried_message(opened)) {
    return take_message(now, *message, out);
  }
  TRY(budget_.admit_control(now));
  if (opened.size() > messages::max_control_bytes) return Errc::link_frame_malformed;
  TRY_ASSIGN(const auto control, messages::decode_control(opened));
  return take_control(control);
}

Result<> LinkMachine::take_message(Instant now, ByteView message, Effects& out) {
  const messages::FrameKind kind = messages::kind_of(message);
  const messages::FrameKindRow& row = messages::row_of(kind);
  if (row.max_bytes == 0) return Errc::peer_message_unknown;
  if (message.size() > row.max_bytes) {
    return Error{Errc::frame_too_big, std::string(row.name)};
  }
  const std::uint32_t charge = charge_of(message.size());
  if (unhandled_ + owed_ + charge > link_window) return Errc::credit_exceeded;
  unhandled_ += charge;
  const auto admitted = budget_.admit(now, kind);
  if (admitted.ok()) {
    out.push_back(DeliverMessage{messages::Frame{to_bytes(message)}, charge});
    return done();
  }
  if (admitted.code() == Errc::peer_floods) return admitted;
  give_back(charge);
  out.push_back(MessageIgnored{kind, admitted.error()});
  return done();
}

Result<> LinkMachine::take_control(const messages::LinkControl& control) {
  if (const auto* credit = std::get_if<messages::LinkCredit>(&control)) {
    if (credit_ + credit->bytes > link_window) return Errc::credit_overflow;
    credit_ += credit->bytes;
  } else if (const auto* ping = std::get_if<messages::LinkPing>(&control)) {
    // A peer that reads nothing gets no answers, so asking costs no memory here.
    if (untaken_ + wire_.size() < config_.write_ahead) say(messages::LinkPong{ping->token});
  } else if (const auto* farewell = std::get_if<messages::LinkFarewell>(&control)) {
    return Error{Errc::link_farewell, farewell->reason.text};
  }
  return done();
}

void LinkMachine::give_back(std::uint64_t charge) {
  ASSERT(charge <= unhandled_);
  unhandled_ -= charge;
  owed_ += charge;
  if (owed_ < link_window / 4) return;
  say(messages::LinkCredit{static_cast<std::uint32_t>(owed_)});
  owed_ = 0;
}

Result<> LinkMachine::on(Instant, const Handled& input, Effects&) {
  if (phase_ == Phase::open) give_back(input.charge);
  return done();
}

Result<> LinkMachine::on(Instant now, const SendMessage& input, Effects&) {
  if (phase_ != Phase::open) return Errc::link_closed;
  const std::size_t size = input.frame.size();
  if (size == 0 || size > messages::max_frame_bytes) return Errc::frame_too_big;
  if (outbox_bytes_ + charge_of(size) > config_.outbox_bytes) return Errc::link_outbox_full;
  outbox_.push_back({input.frame, now});
  outbox_bytes_ += charge_of(size);
  pump();
  return done();
}

Result<> LinkMachine::on(Instant, const BytesTaken& input, Effects&) {
  ASSERT(input.bytes <= untaken_);
  untaken_ -= input.bytes;
  if (phase_ == Phase::open) pump();
  return done();
}

Result<> LinkMachine::on(Instant, const PeerGone&, Effects& out) {
  end(Errc::link_closed, out);
  return done();
}

Result<> LinkMachine::on(Instant, const Leave& input, Effects& out) {
  end(input.reason, out);
  return done();
}

Result<> LinkMachine::on(Instant now, const LinkTimer& input, Effects& out) {
  if (input.timer.kind == handshake_timer) {
    if (phase_ != Phase::open) end(Errc::handshake_timeout, out);
    return done();
  }
  if (now - heard_ >= config_.silence_limit) {
    end(Errc::link_silent, out);
  } else if (!outbox_.empty() && now - outbox_.front().since >= config_.stall_limit) {
    end(Errc::link_stalled, out);
  } else {
    if (now - heard_ >= config_.ping_after) say(messages::LinkPing{++pings_});
    out.push_back(ArmTimer{{alive_timer}, now + Duration{config_.ping_after.us / 2}});
  }
  return done();
}

void LinkMachine::pump() {
  while (!outbox_.empty() && untaken_ + wire_.size() < config_.write_ahead) {
    const messages::Frame& frame = outbox_.front().frame;
    const std::uint32_t charge = charge_of(frame.size());
    if (charge > credit_) return;
    credit_ -= charge;
    messages::put_sealed(wire_, keys_->sending, messages::message_kind, frame.view());
    outbox_bytes_ -= charge;
    outbox_.pop_front();
  }
}

void LinkMachine::say(const messages::LinkControl& control) {
  messages::put_sealed(wire_, keys_->sending, control);
}

void LinkMachine::flush(Effects& out) {
  if (wire_.empty()) return;
  untaken_ += wire_.size();
  out.push_back(WriteBytes{std::move(wire_)});
  wire_ = Bytes{};
}

void LinkMachine::end(const Error& reason, Effects& out) {
  const bool was_open = phase_ == Phase::open;
  // Nothing more is delivered, and the other end learns the name of the reason if it can.
  if (was_open && reason.code != Errc::link_closed && reason.code != Errc::link_farewell) {
    say(messages::LinkFarewell{{std::string(name_of(reason.code)).substr(0, 64)}});
  }
  flush(out);
  phase_ = Phase::over;
  outbox_.clear();
  outbox_bytes_ = 0;
  keys_.reset();
  out.push_back(CloseLink{reason});
}

}  // namespace quorate::actors::link
