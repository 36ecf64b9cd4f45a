import { Table, TableColumn } from 'typeorm';

export class Currency1731024000000 {
  async up(runner) {
    await runner.addColumn('orders', new TableColumn({ name: 'currency', type: 'text', default: "'EUR'" }));
    const columns = [
      { name: 'id', type: 'bigint', isPrimary: true, isGenerated: true },
      { name: 'order_id', type: 'bigint' },
      { name: 'carrier', type: 'text' },
    ];
    const foreignKeys = [{ columnNames: ['order_id'], referencedTableName: 'orders', referencedColumnNames: ['id'] }];
    await runner.createTable(new Table({ name: 'shipments', columns, foreignKeys }));
  }

  async down(runner) {
    await runner.dropTable('shipments');
    await runner.dropColumn('orders', 'currency');
  }
}
