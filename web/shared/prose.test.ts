import { expect, it } from 'vitest';
import { prose } from './prose';

it('links addresses without the full stop after them', () => {
  expect(prose('See https://shop.example/returns. Thanks')).toEqual([
    { text: 'See ' },
    { text: 'https://shop.example/returns', href: 'https://shop.example/returns' },
    { text: '. Thanks' },
  ]);
});

it('never makes a link of a script', () => {
  expect(prose('javascript:alert(1) <b>x</b>')).toEqual([{ text: 'javascript:alert(1) <b>x</b>' }]);
});

it('knows strong words', () => {
  expect(prose('within **30 days**')).toEqual([{ text: 'within ' }, { text: '30 days', strong: true }]);
});
