console.log('no migrations pending');
