// What oidc-provider remembers, kept in Redis: one key a record, what belongs together in one MULTI, one round trip.
const GRANTABLE = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken']);
const ONCE = new Set(['AuthorizationCode', 'PushedAuthorizationRequest', 'RefreshToken']);

export function adapterOn(redis) {
  return class RedisAdapter {
    constructor(model) {
      this.model = model;
    }

    key(id) {
      return `${this.model}:${id}`;
    }

    async upsert(id, payload, lifetime) {
      const key = this.key(id);
      const text = JSON.stringify(payload);
      const alone = !ONCE.has(this.model) && this.model !== 'Session' && !(GRANTABLE.has(this.model) && payload.grantId);
      if (alone) return void (await redis.set(key, text, 'EX', lifetime));
      const work = redis.multi();
      if (ONCE.has(this.model)) work.hset(key, 'payload', text).expire(key, lifetime);
      else work.set(key, text, 'EX', lifetime);
      if (this.model === 'Session') work.set(`uid:${payload.uid}`, id, 'EX', lifetime);
      if (GRANTABLE.has(this.model) && payload.grantId) {
        const members = `grant:${payload.grantId}`;
        work.rpush(members, key).expire(members, 14 * 86400);
      }
      await work.exec();
    }

    async find(id) {
      if (!ONCE.has(this.model)) {
        const text = await redis.get(this.key(id));
        return text ? JSON.parse(text) : undefined;
      }
      const [text, consumed] = await redis.hmget(this.key(id), 'payload', 'consumed');
      if (!text) return undefined;
      return consumed ? { ...JSON.parse(text), consumed: Number(consumed) } : JSON.parse(text);
    }

    async findByUid(uid) {
      const id = await redis.get(`uid:${uid}`);
      return id ? this.find(id) : undefined;
    }

    async consume(id) {
      await redis.hset(this.key(id), 'consumed', Math.floor(Date.now() / 1000));
    }

    async destroy(id) {
      await redis.del(this.key(id));
    }

    async revokeByGrantId(grantId) {
      const members = `grant:${grantId}`;
      const keys = await redis.lrange(members, 0, -1);
      await redis.del(members, ...keys);
    }
  };
}
