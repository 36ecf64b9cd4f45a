import { describe, expect, it } from 'vitest';
import { checkedAddress, isNetwork } from '../../../services/integrations/webhooks/guard-address.ts';

const literal = (host: string, allowed: readonly string[] = []) =>
  checkedAddress(new URL(`https://${host}/hook`), allowed, async () => {
    throw new Error('a literal address is not looked up');
  });
const named = (addresses: readonly string[], allowed: readonly string[] = []) =>
  checkedAddress(new URL('https://hooks.example/x'), allowed, async () => addresses.map((address) => ({ address })));

describe('the guard of webhooks', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.8.9.10', 'loopback'],
    ['[::1]', 'loopback'],
    ['[::ffff:127.0.0.1]', 'loopback'],
    ['0x7f.1', 'loopback'],
    ['2130706433', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['[::]', 'unspecified'],
    ['10.0.0.7', 'private'],
    ['172.16.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['[::ffff:10.0.0.7]', 'private'],
    ['100.64.0.1', 'carrierGradeNat'],
    ['169.254.169.254', 'linkLocal'],
    ['[fe80::1]', 'linkLocal'],
    ['[fd00::1]', 'uniqueLocal'],
    ['[fec0::1]', 'deprecatedSiteLocal'],
    ['224.0.0.1', 'multicast'],
    ['[ff02::1]', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['198.18.0.1', 'reserved'],
    ['192.0.2.1', 'reserved'],
    ['[64:ff9b::7f00:1]', 'rfc6052'],
    ['[2002:7f00:1::1]', '6to4'],
    ['[2001:0:1::1]', 'teredo'],
  ])('refuses %s, which is %s', async (host, range) => {
    await expect(literal(host)).rejects.toMatchObject({
      code: 'address-not-allowed',
      message: expect.stringContaining(`(${range})`),
    });
  });

  it('lets public addresses pass, and gives the very one to connect to', async () => {
    expect(await literal('8.8.8.8')).toBe('8.8.8.8');
    expect(await literal('[2606:4700::1111]')).toBe('2606:4700::1111');
    expect(await named(['8.8.4.4', '8.8.8.8'])).toBe('8.8.4.4');
  });

  it('refuses a name that leads to one private address among public ones', async () => {
    await expect(named(['8.8.8.8', '10.0.0.7'])).rejects.toMatchObject({ code: 'address-not-allowed' });
  });

  it('refuses a name that leads nowhere', async () => {
    await expect(named([])).rejects.toMatchObject({ code: 'unresolvable-address' });
    const lost = checkedAddress(new URL('https://hooks.example'), [], () => Promise.reject(new Error('ENOTFOUND')));
    await expect(lost).rejects.toMatchObject({ code: 'unresolvable-address' });
  });

  it('opens just the networks that the operator names', async () => {
    expect(await literal('10.1.2.3', ['10.1.0.0/16'])).toBe('10.1.2.3');
    expect(await literal('[::ffff:10.1.2.3]', ['10.1.0.0/16'])).toBe('::ffff:a01:203');
    expect(await literal('127.0.0.1', ['fd00::/8', '127.0.0.1'])).toBe('127.0.0.1');
    await expect(literal('10.2.0.1', ['10.1.0.0/16'])).rejects.toMatchObject({ code: 'address-not-allowed' });
    await expect(literal('127.0.0.2', ['127.0.0.1'])).rejects.toMatchObject({ code: 'address-not-allowed' });
  });

  it('knows a network from what is none', () => {
    expect(['10.0.0.0/8', 'fd00::/8', '127.0.0.1'].every(isNetwork)).toBe(true);
    expect(['10.0.0.0/40', 'localhost', '*'].some(isNetwork)).toBe(false);
  });
});
